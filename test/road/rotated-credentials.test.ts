// Credentials that change while samples wait: the new ones are used from the next attempt on, and nothing is lost.
import { renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startRoad } from '../support/road-setup.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const OLD = 'old-s3cret';
const NEW = 'new-s3cret';
const ROUNDS = 10;
const SERIES = 100;

type Fields = Readonly<Record<string, unknown>>;

function rotates(name: string, backendWith: (file: string) => Fields, headerOf: (secret: string) => string) {
  test(`${name} that is replaced while 1000 samples wait is used for all that follows`, async () => {
    const folder = new TemporaryFolder();
    const file = folder.write('secret', OLD);
    const gate = Promise.withResolvers<void>();
    const refusal = { status: 401, body: `not with ${OLD}` };
    const { receiver, collector, pushed, delivered, drained, metric } = await startRoad({
      // The first answer comes when the secret that it repeats is no longer in use.
      script: [{ ...refusal, until: gate.promise }, refusal],
      backend: {
        ...backendWith(file),
        headers: { 'X-Scope-OrgID': 'team-a' },
        // Two lanes: one waits for its answer, the other retries.
        queueConfig: { shards: 2, maxSamplesPerSend: 50 },
      },
      random: () => 0,
    });
    for (let round = 0; round < ROUNDS; round++) {
      const lines = Array.from({ length: SERIES }, (_, i) => `queued{i="${i}"} ${round}\n`);
      await pushed(lines.join(''), `/pushgateway/metrics/job/job_${round % 3}`);
    }
    const sent = () => receiver.requests.map(({ headers }) => new Map(headers));
    await waitUntil(() => sent().length >= 3, 'refusals of the old one');
    expect(new Set(sent().map((headers) => headers.get('authorization')))).toEqual(new Set([headerOf(OLD)]));
    expect(receiver.delivered).toEqual([]);
    renameSync(folder.write('replacement', NEW), file);
    await waitUntil(() => sent().at(-1)?.get('authorization') === headerOf(NEW), 'the new one');
    gate.resolve();
    receiver.play({ status: 503, body: `not even with ${NEW}` }, {});
    await delivered(ROUNDS * SERIES);
    await drained();
    const taken = receiver.requests.filter(({ step }) => step.status === undefined);
    const headers = taken.map((request) => new Map(request.headers));
    expect(new Set(headers.map((each) => each.get('authorization')))).toEqual(new Set([headerOf(NEW)]));
    expect(new Set(sent().map((each) => each.get('X-Scope-OrgID')))).toEqual(new Set(['team-a']));
    // That each series is in order, the receiver checks itself.
    expect(receiver.delivered).toHaveLength(ROUNDS * SERIES);
    expect(await metric('sluice_samples_sent_total{backend="primary"}')).toBe(ROUNDS * SERIES);
    const output = JSON.stringify(collector.log.entries()) + (await collector.metrics());
    expect(output).toContain('not with <redacted>');
    expect(output).toContain('not even with <redacted>');
    for (const secret of [OLD, NEW, headerOf(OLD), headerOf(NEW)]) expect(output).not.toContain(secret);
  });
}

rotates(
  'a bearer token',
  (credentialsFile) => ({ authorization: { type: 'Bearer', credentialsFile } }),
  (secret) => `Bearer ${secret}`,
);
rotates(
  'a password',
  (passwordFile) => ({ basicAuth: { username: 'user', passwordFile } }),
  (secret) => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
);
