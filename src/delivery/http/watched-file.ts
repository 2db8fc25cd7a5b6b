// A file that may be replaced while the program runs. It is read again only when its identity on disk has changed.
import { readFileSync, statSync } from 'node:fs';

export class WatchedFile {
  readonly path: string;
  readonly #purpose: string;
  #stamp: string | undefined;

  /** `purpose` names the file in errors: `CA file`, `credentials file`. */
  constructor(path: string, purpose: string) {
    this.path = path;
    this.#purpose = purpose;
  }

  /** Whether the file has changed since it was last read, or no longer exists. */
  hasChanged(): boolean {
    return this.#look() !== this.#stamp;
  }

  /** Throws an Error that names the file. Even then the file counts as seen. */
  read(): string {
    this.#stamp = this.#look();
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      const seen = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      throw new Error(`Cannot read ${this.#purpose} ${this.path}: expected a readable file, found ${seen}`, {
        cause: error,
      });
    }
  }

  #look(): string {
    try {
      const { ino, size, mtimeNs, ctimeNs } = statSync(this.path, { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch {
      return 'missing';
    }
  }
}
