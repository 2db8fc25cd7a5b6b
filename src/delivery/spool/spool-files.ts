// What the spool asks of a disk, and nothing more: every byte it reads or writes goes through this face, so that a test
// can be the disk that fails.

/** Errors are those of node:fs, with their `code`. */
export interface SpoolFile {
  /** Fills `into` from the offset `at` on; returns how many bytes, fewer only where the file ends. */
  read(into: Uint8Array, at: number): Promise<number>;
  /** Returns how many bytes were written, which may be fewer than given. */
  write(pieces: readonly Uint8Array[], at: number): Promise<number>;
  /** Waits for the disk in this turn of the loop: for a few bytes only. Throws unless all of them were written. */
  writeNow(bytes: Uint8Array, at: number): void;
  /** The bytes and the length are on disk when it resolves. */
  sync(): Promise<void>;
  size(): Promise<number>;
  cut(size: number): Promise<void>;
  /** Whether the path still names this very file: one that was removed can be written for ever, and is lost at the end. */
  isStillAt(path: string): boolean;
  close(): Promise<void>;
}

export interface SpoolFiles {
  /** With all that is missing above it, for this user alone; synced. */
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** An existing file, for reading. */
  open(path: string): Promise<SpoolFile>;
  /** A new file, for reading and writing. */
  create(path: string): Promise<SpoolFile>;
  /** An existing file, for reading and writing, in this turn of the loop. */
  openNow(path: string): SpoolFile;
  /** Puts a whole file in place at once or not at all, synced, in this turn of the loop. */
  replaceNow(path: string, bytes: Uint8Array): void;
  remove(path: string): Promise<void>;
  /** The names in the folder are on disk when it resolves. */
  syncFolder(path: string): Promise<void>;
  /** Resolves to undefined where another holds it. Held until `release` or the end of this program, however it ends. */
  lock(path: string): Promise<SpoolLock | undefined>;
}

export interface SpoolLock {
  /** Whether the path still names the file that is locked. */
  isStillAt(path: string): boolean;
  release(): void;
}
