// No backend or shard waits for another one's trouble. The clock moves only by the batch deadline, so a delivery that
// happens at all was not delayed.
import { describe, expect, test } from 'vitest';
import { backendConfig } from '../support/backend-config.ts';
import { startDelivery, startReceiver } from '../support/delivery-setup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { Step } from '../support/scripted-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

const BATCH_MS = 5;
const ROUNDS = 20;
const VALUES = Array.from({ length: ROUNDS }, (_, i) => i);

const TROUBLES: Readonly<Record<string, Step>> = {
  'never answers': { fault: 'never-answer' },
  'never reads': { fault: 'never-read' },
  'resets every connection': { fault: 'reset-after-request' },
  'is overloaded': { status: 503 },
  'asks for a pause': { status: 429, headers: [['retry-after', '3600']] },
  'does not let us in': { status: 401 },
  'is not there': { status: 404 },
  'refuses everything': { status: 400, body: 'never' },
};

describe('a backend gets its data at once while another one', () => {
  test.each(Object.entries(TROUBLES))('%s', async (_name, step) => {
    const clock = new FakeClock();
    const [troubled, well] = [await startReceiver([step]), await startReceiver()];
    const { push, events } = startDelivery(
      [backendConfig(troubled.url(), { name: 'troubled' }), backendConfig(well.url(), { name: 'well' })],
      { clock },
    );
    for (const value of VALUES) {
      expect(push('m', value)).toBe('accepted');
      clock.advance(BATCH_MS);
      await waitUntil(() => well.delivered.length === value + 1, 'the delivery to the backend that is well');
    }
    await waitUntil(() => events.sent.length >= ROUNDS, 'the last answer');
    expect(well.deliveredValues).toEqual(VALUES);
    expect(clock.monotonicMs()).toBe(ROUNDS * BATCH_MS);
    expect(troubled.delivered).toEqual([]);
    expect(events.sent.map(({ backend }) => backend)).toEqual(VALUES.map(() => 'well'));
  });
});

describe('the other shards of a backend go on while it', () => {
  test.each(['never answers', 'never reads', 'resets every connection', 'is overloaded'])(
    '%s to one of them',
    async (name) => {
      const clock = new FakeClock();
      const stuck = TROUBLES[name]!;
      const receiver = await startReceiver([stuck, {}]);
      const config = backendConfig(receiver.url(), { queueConfig: { shards: 3, minBackoff: 30_000 } });
      const { push, events } = startDelivery(config, { clock, random: () => 0.999 });
      push('stuck', 0, 0);
      clock.advance(BATCH_MS);
      await waitUntil(() => receiver.connections === 1, 'the connection of the stuck shard');
      await waitUntil(
        () => stuck.fault === 'never-answer' || stuck.fault === 'never-read' || events.retried.length === 1,
        'the trouble',
      );
      for (const value of VALUES) {
        push('stuck', value + 1, 0);
        for (const shard of [1, 2]) push(`shard_${shard}`, value, shard);
        clock.advance(BATCH_MS);
        await waitUntil(() => receiver.delivered.length === 2 * (value + 1), 'the deliveries of the others');
      }
      for (const shard of [1, 2]) {
        const own = receiver.delivered.filter(({ labels }) => labels[0]?.[1] === `shard_${shard}`);
        expect(own.flatMap(({ samples }) => samples.map(({ value }) => value))).toEqual(VALUES);
      }
      await waitUntil(() => events.samplesSent === 2 * ROUNDS, 'the last answers');
    },
  );
});
