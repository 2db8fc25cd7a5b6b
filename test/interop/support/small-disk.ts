// A separate file system of a few megabytes in memory, which a test can fill or make read-only. Only root can mount
// one, and not everywhere.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

const SIZE = '24m';
const CHUNK = Buffer.alloc(64 * 1024, 1);

export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static mount(path: string): SmallDisk {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'sluice-test', path]);
    return new SmallDisk(path);
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path]);
  }

  /** Leaves no byte free. */
  fill(): void {
    const file = openSync(this.#filler, 'w');
    try {
      for (let length = CHUNK.length; length > 0; ) {
        try {
          writeSync(file, CHUNK, 0, length);
        } catch {
          length >>= 1;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#filler);
  }

  /** The system refuses if a file is open for writing. */
  remount(access: 'ro' | 'rw'): void {
    execFileSync('mount', ['-o', `remount,${access}`, this.path]);
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }
}

/** A test with its own disk; skipped, with the reason, if none can be mounted. */
export function testOnSmallDisk(name: string, run: (disk: SmallDisk) => Promise<void>): void {
  test(name, async ({ skip, onTestFinished }) => {
    const disk = tryMount(new TemporaryFolder().path);
    if (disk instanceof SmallDisk) onTestFinished(() => disk.unmount());
    skip(!(disk instanceof SmallDisk), `Cannot mount a small disk: ${String(disk)}`);
    await run(disk as SmallDisk);
  });
}

function tryMount(path: string): SmallDisk | Error {
  try {
    return SmallDisk.mount(path);
  } catch (error) {
    return error as Error;
  }
}
