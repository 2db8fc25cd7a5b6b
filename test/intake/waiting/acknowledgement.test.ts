// What a push waits for, and for how long, by configuration and Prefer.
import { expect, test } from 'vitest';
import {
  type AcknowledgementOptions,
  Acknowledgements,
} from '../../../src/intake/waiting/acknowledgement.ts';

const DEFAULTS: AcknowledgementOptions = { acknowledge: 'queued', maxWait: 10_000, hasSpool: false };

function gives(
  options: Partial<AcknowledgementOptions>,
  prefer: string | undefined,
  [level, waitMs, applied]: readonly [string, number, string?],
): void {
  const given = new Acknowledgements({ ...DEFAULTS, ...options }).of(prefer, true);
  expect([prefer, given]).toEqual([prefer, { level, waitMs, applied }]);
}

test('without a preference it is what is configured', () => {
  for (const prefer of [undefined, '', 'return=minimal', 'wait=soon']) {
    gives({}, prefer, ['queued', 0]);
    gives({ acknowledge: 'stored', hasSpool: true }, prefer, ['stored', 0]);
    gives({ acknowledge: 'queued', hasSpool: true }, prefer, ['queued', 0]);
    gives({ acknowledge: 'delivered' }, prefer, ['delivered', 10_000]);
    gives({ acknowledge: 'delivered', hasSpool: true }, prefer, ['delivered', 10_000]);
  }
});

test('respond-async is queued, whatever is configured', () => {
  for (const acknowledge of ['queued', 'stored', 'delivered'] as const)
    gives({ acknowledge, hasSpool: true }, 'respond-async', ['queued', 0, 'respond-async']);
});

test('wait is delivered within that time, and the longest one is the configured', () => {
  for (const acknowledge of ['queued', 'stored', 'delivered'] as const) {
    gives({ acknowledge, hasSpool: true }, 'wait=3', ['delivered', 3000, 'wait=3']);
    gives({ acknowledge, hasSpool: true }, 'wait=11', ['delivered', 10_000, 'wait=10']);
  }
  gives({}, `wait=${'9'.repeat(400)}`, ['delivered', 10_000, 'wait=10']);
});

test('a second limit bounds every wait for a delivery', () => {
  const limit = (ms: number) => ({ longestWaitMs: () => ms, acknowledge: 'delivered' as const });
  gives(limit(Infinity), undefined, ['delivered', 10_000]);
  gives(limit(700.9), undefined, ['delivered', 700]);
  gives(limit(700), 'return=minimal', ['delivered', 700]);
  gives(limit(2000), 'wait=3', ['delivered', 2000, 'wait=2']);
  gives(limit(0), undefined, ['queued', 0]);
  gives(limit(0), 'wait=3', ['queued', 0, 'wait=0']);
  gives({ longestWaitMs: () => 0, acknowledge: 'stored', hasSpool: true }, undefined, ['stored', 0]);
});

test('what is granted is named in whole seconds, never less than it is', () => {
  gives({ maxWait: 1500 }, 'wait=60', ['delivered', 1500, 'wait=2']);
  gives({ maxWait: 1500 }, 'wait=1', ['delivered', 1000, 'wait=1']);
});

test('wait=0 does not wait for delivery, only for the disk if there is one', () => {
  gives({ acknowledge: 'delivered' }, 'wait=0', ['queued', 0, 'wait=0']);
  gives({ hasSpool: true }, 'wait=0', ['stored', 0, 'wait=0']);
});

test('with a longest wait of 0 no push waits for delivery', () => {
  gives({ maxWait: 0 }, 'wait=10', ['queued', 0, 'wait=0']);
  gives({ maxWait: 0, acknowledge: 'delivered' }, undefined, ['queued', 0]);
  gives({ maxWait: 0, acknowledge: 'delivered', hasSpool: true }, undefined, ['stored', 0]);
});

test('respond-async next to wait changes nothing: any wait ends in 202', () => {
  gives({}, 'respond-async, wait=3', ['delivered', 3000, 'wait=3']);
  gives({}, 'wait=3, respond-async', ['delivered', 3000, 'wait=3']);
});

test('a push that would wait for delivery does not wait when too many wait already', () => {
  const decides = (options: Partial<AcknowledgementOptions>, prefer?: string) =>
    new Acknowledgements({ ...DEFAULTS, ...options }).of(prefer, false);
  const queued = { level: 'queued', waitMs: 0, applied: undefined };
  const stored = { level: 'stored', waitMs: 0, applied: undefined };
  expect(decides({ acknowledge: 'delivered' })).toEqual(queued);
  expect(decides({}, 'wait=3')).toEqual(queued);
  expect(decides({ hasSpool: true }, 'wait=3')).toEqual(stored);
  expect(decides({ acknowledge: 'stored', hasSpool: true })).toEqual(stored);
});
