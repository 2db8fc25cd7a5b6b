// The version that a backend is sent, with several requests in flight.
import { expect, test } from 'vitest';
import { MessageVersion } from '../../../src/delivery/upstream/message-version.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const HOUR_MS = 3_600_000;

function start() {
  const events = new RecordedEvents();
  const clock = new FakeClock();
  return { version: new MessageVersion({ backend: 'primary', events, clock }), events, clock };
}

test('several requests that the backend does not understand are one fallback', () => {
  const { version, events } = start();
  version.fallBack('status_415');
  version.fallBack('unconfirmed');
  expect(version.current).toBe(1);
  expect(events.messageVersions).toEqual(['2', 'fell back: status_415']);
});

test('a late answer to a request from before the fallback does not undo it', () => {
  const { version, events, clock } = start();
  version.fallBack('status_415');
  clock.advance(HOUR_MS - 1);
  version.confirm();
  expect(version.current).toBe(1);
  expect(events.messageVersions).toEqual(['2', 'fell back: status_415']);
});

test('a step of the wall clock changes nothing', () => {
  const { version, clock } = start();
  version.fallBack('status_415');
  clock.stepWallClock(2 * HOUR_MS);
  expect(version.current).toBe(1);
});

test('a trial that fails puts the next one off by an hour', () => {
  const { version, clock } = start();
  version.fallBack('status_415');
  clock.advance(HOUR_MS);
  expect(version.current).toBe(2);
  version.fallBack('status_415');
  clock.advance(HOUR_MS - 1);
  expect(version.current).toBe(1);
  clock.advance(1);
  expect(version.current).toBe(2);
});

test('a fallback after 2.0 was restored is reported again', () => {
  const { version, events, clock } = start();
  version.fallBack('status_415');
  clock.advance(HOUR_MS);
  version.confirm();
  version.confirm();
  version.fallBack('unconfirmed');
  expect(events.messageVersions).toEqual([
    '2',
    'fell back: status_415',
    'restored',
    'fell back: unconfirmed',
  ]);
});
