// A disk in memory that does the worst a disk may do: what is not synced may be lost at a crash, torn at any byte, write by
// write; a failed sync may have done all or nothing and a later one does not repeat it; any operation may fail.
import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../../../src/delivery/spool/disk/disk.ts';

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly size: number };

class Inode {
  /** What a reader sees. */
  content: Buffer = Buffer.alloc(0);
  /** What is on disk for sure. */
  durable: Buffer = Buffer.alloc(0);
  pending: Change[] = [];
  /** Changes whose sync failed. */
  limbo: Change[] = [];
}

export interface Fault {
  /** Operations that still succeed. */
  after: number;
  /** Operations that fail then. */
  count: number;
  readonly code: string;
}

export class ModelDisk {
  readonly #random: () => number;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #folders = new Set<string>(['/']);
  #fault: Fault | undefined;
  #life = 0;
  operations = 0;
  /** The operation of this number ends the program that asked for it. */
  dieAt = Number.POSITIVE_INFINITY;
  isDead = false;
  /** Whether an operation failed in this life of the program, and in any. */
  hasFailed = false;
  hasEverFailed = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  failWith(fault: Fault | undefined): void {
    this.#fault = fault;
  }

  /** The program ends: what it does from now on has no effect. A power cut takes what is not synced. */
  crash(kind: 'kill' | 'power'): void {
    this.#life++;
    this.isDead = false;
    this.hasFailed = false;
    this.dieAt = Number.POSITIVE_INFINITY;
    if (kind === 'power') this.#losePower();
  }

  /** The disk for one life of the program. */
  files(): Disk {
    const life = this.#life;
    const step = (what: string) => this.#step(life, what);
    const later = async <T>(what: string, fn: () => T): Promise<T> => {
      await new Promise((resolve) => setImmediate(resolve));
      step(what);
      return fn();
    };
    return {
      makeFolder: (path) => later('mkdir', () => void this.#folders.add(path)),
      list: (folder) =>
        later('list', () =>
          [...this.#names.keys()]
            .filter((path) => dirname(path) === folder)
            .map((path) => path.slice(folder.length + 1))
            .sort(),
        ),
      open: (path) => later('open', () => this.#file(life, this.#inode(path))),
      create: (path) =>
        later('create', () => {
          if (this.#names.has(path)) throw errno('EEXIST');
          const inode = new Inode();
          this.#names.set(path, inode);
          return this.#file(life, inode);
        }),
      openNow: (path) => {
        step('openNow');
        return this.#file(life, this.#inode(path));
      },
      replaceNow: (path, bytes) => {
        step('replaceNow');
        const inode = new Inode();
        inode.content = Buffer.from(bytes);
        inode.durable = inode.content;
        this.#names.set(path, inode);
        step('replaceNow');
        this.#syncNames(dirname(path));
      },
      remove: (path) =>
        later('remove', () => {
          this.#inode(path);
          this.#names.delete(path);
        }),
      syncFolder: (path) => later('syncFolder', () => this.#syncNames(path)),
      lock: () => later('lock', () => ({ isStillAt: () => true, release: () => {} })),
    };
  }

  /** For tests that damage files. */
  contentOf(path: string): Buffer {
    return this.#inode(path).content;
  }

  setContent(path: string, bytes: Buffer): void {
    const inode = this.#inode(path);
    inode.content = bytes;
    inode.durable = bytes;
  }

  paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  removeAll(folder: string): void {
    for (const path of [...this.#names.keys()]) if (path.startsWith(folder)) this.#names.delete(path);
    this.#durableNames = new Map(this.#names);
  }

  #file(life: number, inode: Inode): DiskFile {
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const change = (done: Change) => {
      inode.pending.push(done);
      inode.content = applied(inode.content, done);
    };
    return {
      read: async (into, at) => {
        await turn();
        this.#step(life, 'read');
        return at < inode.content.length ? inode.content.copy(into, 0, at, at + into.length) : 0;
      },
      write: async (pieces, at) => {
        await turn();
        const bytes = Buffer.concat(pieces);
        const part = bytes.subarray(0, 1 + Math.floor(this.#random() * bytes.length));
        try {
          this.#step(life, 'write');
        } catch (error) {
          // A disk may keep what it says it has not taken.
          if (this.#random() < 0.5) change({ kind: 'write', at, bytes: part });
          throw error;
        }
        const written = this.#random() < 0.2 ? part : bytes;
        change({ kind: 'write', at, bytes: written });
        return written.length;
      },
      writeNow: (bytes, at) => {
        this.#step(life, 'writeNow');
        change({ kind: 'write', at, bytes: Buffer.from(bytes) });
      },
      sync: async () => {
        await turn();
        try {
          this.#step(life, 'sync');
        } catch (error) {
          if (!this.isDead) {
            inode.limbo.push(...inode.pending);
            inode.pending = [];
          }
          throw error;
        }
        for (const uncertain of inode.limbo) inode.durable = this.#perhaps(inode.durable, uncertain);
        for (const done of inode.pending) inode.durable = applied(inode.durable, done);
        inode.limbo = [];
        inode.pending = [];
      },
      size: async () => {
        await turn();
        this.#step(life, 'size');
        return inode.content.length;
      },
      cut: async (size) => {
        await turn();
        this.#step(life, 'cut');
        change({ kind: 'cut', size });
      },
      isStillAt: (path) => this.#names.get(path) === inode,
      close: turn as () => Promise<void>,
    };
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw errno('ENOENT');
    return inode;
  }

  #step(life: number, _what: string): void {
    if (life !== this.#life || this.isDead) throw errno('EDEAD');
    if (++this.operations >= this.dieAt) {
      this.isDead = true;
      throw errno('EDEAD');
    }
    const fault = this.#fault;
    if (fault === undefined || fault.after-- > 0) return;
    if (--fault.count <= 0) this.#fault = undefined;
    this.hasFailed = true;
    this.hasEverFailed = true;
    throw errno(fault.code);
  }

  #syncNames(folder: string): void {
    for (const path of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      if (dirname(path) === folder) this.#settleName(path);
    }
  }

  #settleName(path: string): void {
    const inode = this.#names.get(path);
    if (inode === undefined) this.#durableNames.delete(path);
    else this.#durableNames.set(path, inode);
  }

  #losePower(): void {
    for (const path of new Set([...this.#names.keys(), ...this.#durableNames.keys()])) {
      if (this.#random() < 0.5) this.#settleName(path);
    }
    this.#names = new Map(this.#durableNames);
    for (const inode of this.#names.values()) {
      for (const change of [...inode.limbo, ...inode.pending])
        inode.durable = this.#perhaps(inode.durable, change);
      inode.content = inode.durable;
      inode.limbo = [];
      inode.pending = [];
    }
  }

  /** The change done, not done, or a part of it. */
  #perhaps(content: Buffer, change: Change): Buffer {
    const luck = this.#random();
    if (luck < 0.3) return content;
    if (luck < 0.6 || change.kind === 'cut') return applied(content, change);
    return applied(content, {
      ...change,
      bytes: change.bytes.subarray(0, Math.floor(this.#random() * change.bytes.length)),
    });
  }
}

function applied(content: Buffer, change: Change): Buffer {
  if (change.kind === 'cut') return Buffer.concat([content], change.size);
  if (change.bytes.length === 0) return content;
  const next = Buffer.concat([content], Math.max(content.length, change.at + change.bytes.length));
  change.bytes.copy(next, change.at);
  return next;
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: by the model`), { code });
}
