// Real push clients against a real Sluice: what each of them pushes is what can be queried in its backend, exactly, and a push
// that is refused fails in the client.
import { afterAll, describe, expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import type { RunningSluice } from '../support/running-sluice.ts';
import { clientTable, type RowOutcome, verbsOf, writeTable } from './clients/client-table.ts';
import { expectedSeries } from './clients/expected-series.ts';
import { findClients } from './clients/find-clients.ts';
import { GROUPINGS, storedGrouping } from './clients/grouping-cases.ts';
import type { ClientReport, PushClient } from './clients/push-client.ts';
import { single, sorted } from './support/essential-pushes.ts';
import { itWithClient } from './support/it-with-client.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluiceWith } from './support/sluice.ts';
import type { StoredSeries } from './support/stored-series.ts';

const CHECKS_OF_A_CLIENT = 3;
const WRONG_GROUPING = 'expected no label "le" in the path of a histogram';
/** Within the first 120 characters: guzzle shows no more. */
const WRONG_PLACE = 'the path prefix "/pushgateway" is missing';
const clients = await findClients();
const outcomes = new Map<PushClient, RowOutcome>();

afterAll(() => {
  const table = clientTable(clients.map((client) => [client, outcomes.get(client) ?? { kind: 'missing' }]));
  console.log(`\n${table}\n${writeTable(table)}`);
});

describe.each(clients.map((client) => [`${client.title} (${client.id})`, client] as const))(
  '%s',
  (_, client) => {
    let version = '';
    let passed = 0;
    const it = itWithClient(client, (found) => {
      version = found;
      outcomes.set(client, { kind: 'failed', version });
    });
    const check = (name: string, test: () => Promise<void>) =>
      it(name, async () => {
        await test();
        passed++;
        if (passed === CHECKS_OF_A_CLIENT) outcomes.set(client, { kind: 'checked', version });
      });

    check('shows its user the reason if Sluice refuses the push, and nothing is forwarded', async () => {
      const receiver = await startReceiver();
      const sluice = await startFor(client, receiver.url());
      for (const verb of verbsOf(client)) {
        const run = { baseUrl: baseUrlOf(sluice), verb, job: 'wrong', grouping: { le: 'x' } };
        expectFailure(client, await client.push(run), '400', WRONG_GROUPING);
      }
      const detail = expect.stringContaining(WRONG_GROUPING);
      expect(await sluice.logged('pushRefused')).toMatchObject({ job: 'wrong', status: 400, detail });
      expect(await sluice.stop()).toBe(0);
      expect(receiver.delivered).toEqual([]);
    });

    check('shows its user the reason if it pushes to the wrong path', async () => {
      const receiver = await startReceiver();
      const sluice = await startFor(client, receiver.url());
      for (const verb of verbsOf(client)) {
        const run = { baseUrl: `http://${sluice.address}`, verb, job: 'lost', grouping: GROUPINGS.plain };
        expectFailure(client, await client.push(run), '404', WRONG_PLACE);
      }
      expect(await sluice.stop()).toBe(0);
      expect(receiver.delivered).toEqual([]);
    });

    check(
      'pushes every metric with every grouping key that it can express, and all arrive exactly',
      async () => {
        const prometheus = await Prometheus.start();
        const sluice = await startFor(client, prometheus.writeUrl);
        const cases = casesOf(client);
        for (const { verb, grouping, job, baseEnd } of cases) {
          const run = { baseUrl: baseUrlOf(sluice) + baseEnd, verb, job, grouping: GROUPINGS[grouping] };
          const { ok, error } = await client.push(run);
          expect(ok, `${job}: ${error}`).toBe(true);
        }
        // Everything is delivered by then, and nothing comes later.
        expect(await sluice.stop()).toBe(0);
        const stored = await prometheus.stored('{job!=""}');
        const expected = cases.flatMap(({ grouping, job }) =>
          expectedSeries(client, job, storedGrouping(client, grouping)),
        );
        expect(sorted(withoutAdded(client, stored).map(single))).toEqual(sorted(expected));
        expect(await prometheus.rejections()).toEqual([]);
      },
    );
  },
);

/** Every grouping by every method, and once more each method with a base URL that ends in a slash, as many write it. */
function casesOf({ id, groupings, verbs = ['push', 'add'] }: PushClient) {
  return verbs.flatMap((verb) => [
    ...groupings.map((grouping) => ({ verb, grouping, job: `${id}-${verb}-${grouping}`, baseEnd: '' })),
    { verb, grouping: 'plain', job: `${id}-${verb}-slash-at-end`, baseEnd: '/' } as const,
  ]);
}

function startFor({ settings }: PushClient, backend: string): Promise<RunningSluice> {
  return startSluiceWith([{ name: 'real', url: backend }], {}, settings);
}

function baseUrlOf({ address }: RunningSluice): string {
  return `http://${address}/pushgateway`;
}

/** Its user has to see that the push failed, and as much of the answer as this client shows. */
function expectFailure(client: PushClient, report: ClientReport, status: string, text: string): void {
  expect(report, client.title).toMatchObject({ ok: false });
  switch (client.shows ?? 'body') {
    case 'body':
      return expect(report.error).toContain(text);
    case 'status':
      return expect(report.error).toContain(status);
    case 'nothing':
      return expect(report.error).not.toContain(text);
  }
}

/** Without the series that the client is known to add by itself. */
function withoutAdded(client: PushClient, stored: readonly StoredSeries[]): readonly StoredSeries[] {
  return stored.filter(({ labels }) => !client.addedNames?.includes(labels.__name__ ?? ''));
}
