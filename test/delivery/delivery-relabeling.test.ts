// writeRelabelConfigs with the spool, and for pushes that wait.

import { expect, onTestFinished, test } from 'vitest';
import type { RelabelConfig } from '../../src/config/config.ts';
import type { PushEnd } from '../../src/delivery/block/offered-push.ts';
import { Delivery, type OpenLog } from '../../src/delivery/delivery.ts';
import { systemClock } from '../../src/telemetry/clock.ts';
import { backendConfig } from '../support/backend-config.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { encodeSamples } from '../support/encode.ts';
import { MemorySpool } from '../support/memory-spool.ts';
import { RecordedEvents } from '../support/recorded-events.ts';
import { relabelRule } from '../support/relabel-rule.ts';
import { seededFractions } from '../support/seeded-random.ts';
import { seriesText } from '../support/series-text.ts';
import { waitUntil } from '../support/wait-until.ts';

const RULES = [
  relabelRule({ targetLabel: '__replica__', replacement: 'r1' }),
  relabelRule({ action: 'drop', sourceLabels: ['__name__'], regex: 'debug' }),
];

interface StartOptions {
  readonly hasSpool: boolean;
  readonly maxQueueSize?: number;
  readonly script?: Parameters<typeof startReceiver>[0];
  readonly rules?: readonly RelabelConfig[];
}

async function start({ hasSpool, maxQueueSize = 1 << 20, script, rules = RULES }: StartOptions) {
  const receiver = await startReceiver(script);
  const queueConfig = { minBackoff: 1, maxBackoff: 5, maxQueueSize, maxSamplesPerSend: 5 };
  const config = backendConfig(receiver.url(), { writeRelabelConfigs: rules, queueConfig });
  const events = new RecordedEvents();
  const clock = systemClock();
  let spool: MemorySpool | undefined;
  const openLog: OpenLog = async (listener) => {
    spool = new MemorySpool(listener);
    return spool;
  };
  const deps = { events, clock, random: seededFractions(), userAgent: 'test' };
  const delivery = new Delivery([config], deps, hasSpool ? openLog : undefined);
  await delivery.open();
  onTestFinished(async () => {
    await delivery.stop(AbortSignal.abort());
  });
  let timestampMs = 0;
  const push = (names: readonly string[], ended?: (end: PushEnd) => void) => {
    timestampMs++;
    const encoded = [encodeSamples(names.map((name) => ({ name, value: timestampMs, timestampMs })))];
    const waiter = ended && { level: 'delivered' as const, stored: () => undefined, ended };
    return delivery.offer({
      encoded,
      shardHash: 0,
      job: 'j',
      receivedAtMs: 1,
      ...(waiter ? { waiter } : {}),
    });
  };
  return { receiver, events, push, spool };
}

for (const hasSpool of [false, true]) {
  const place = hasSpool ? 'with a spool' : 'in memory';

  test(`a push of which nothing is left has been delivered, ${place}`, async () => {
    const { push, events, spool } = await start({ hasSpool });
    const ends: PushEnd[] = [];
    push(['debug'], (end) => ends.push(end));
    await waitUntil(() => ends.length === 1, 'the end');
    expect(ends).toEqual([{ kind: 'reached' }]);
    expect(events.relabelDrops).toEqual([
      { backend: 'primary', drops: { rule: 1, noName: 0, duplicate: 0, tooLarge: 0 } },
    ]);
    if (spool) await waitUntil(() => spool.released === spool.storedEnd, 'the release of the spool');
  });
}

test('pushes that are read back from the spool are relabeled each for itself, and their drops counted once', async () => {
  const { push, receiver, events, spool } = await start({
    hasSpool: true,
    maxQueueSize: 1500,
    script: [{ status: 503 }],
  });
  const rounds = Array.from({ length: 60 }, (_, i) => i + 1);
  for (const i of rounds) expect(push([`m${i}`, 'debug'])).toBe('accepted');
  await waitUntil(() => events.retried.length > 0, 'a retry');
  receiver.play({ status: 204 });
  await waitUntil(() => receiver.delivered.length >= rounds.length, 'all');
  expect(receiver.delivered.map(seriesText)).toEqual(rounds.map((i) => `m${i}{__replica__="r1"} ${i}`));
  await waitUntil(() => spool!.released === spool!.storedEnd, 'the release of the spool');
  expect(events.relabelDrops).toHaveLength(rounds.length);
});
