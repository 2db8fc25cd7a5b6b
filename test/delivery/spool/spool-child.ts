// A separate program that opens a spool and appends as fast as it is synced, until it is killed. It prints what was synced, and
// what failed or was damaged.
// node spool-child.ts <directory>

import { writeSync } from 'node:fs';
import { Spool } from '../../../src/delivery/spool/spool.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { seededFractions } from '../../support/seeded-random.ts';

const [, , directory = ''] = process.argv;
const APPENDS = 8;

const pending: { end: number; text: string }[] = [];
const events = {
  spoolOpened: () => {},
  spoolSynced: () => {},
  spoolUsable: () => {},
  spoolUnusable: ({ detail }: { detail: string }) => print(`unusable ${detail}`),
  spoolBackendForgotten: () => undefined,
  spoolDamaged: ({ detail }: { detail: string }) => print(`damaged ${detail}`),
};

try {
  const spool = await Spool.open(
    { directory, maxSize: 1024 * 1024 * 1024 },
    {
      stored(end) {
        while (pending[0] !== undefined && pending[0].end <= end) print(`synced ${pending.shift()!.text}`);
        fill();
      },
      failed: (_from, _to, detail) => print(`failed ${detail}`),
      loaded: () => undefined,
    },
    { events, clock: systemClock(), random: seededFractions(process.pid) },
  );
  spool.positionsOf('a', 1);
  let count = 0;
  const fill = () => {
    while (pending.length < APPENDS) {
      const text = `${process.pid}/${count++}`;
      const result = spool.append(count % 7, [
        Buffer.from(text),
        Buffer.from(`|${'x'.repeat(count % 3000)}`),
      ]);
      if (result.kind !== 'appended') return print(result.kind);
      pending.push({ end: result.end, text });
    }
  };
  print('open');
  fill();
} catch (error) {
  print(String(error));
}

/** Before the next statement runs, so that a kill takes nothing back that was printed. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}
