// The pushes in a batch, in order: the job of each, and how many of its samples. With it a refused block can be cut between
// pushes, and the report of a drop can name them. A usual push takes two bytes.
import { readVarint, varintEnd, writeVarint } from '../../wire/varint.ts';

const FIRST_BYTES = 256;
/** Two varints of 32 bits at their longest. */
const MAX_ENTRY = 10;

export interface SealedManifest {
  /** Samples by job, in the order of the jobs' first pushes. */
  readonly jobs: ReadonlyMap<string, number>;
  /** For each push the number of its job in `jobs` and that of its samples, as varints. */
  readonly pushes: Uint8Array;
}

/** A push, as far as it is in one block. */
export interface BlockPush {
  readonly job: string;
  readonly sampleCount: number;
}

interface Job {
  readonly number: number;
  sampleCount: number;
}

export class PushManifest {
  readonly #jobs = new Map<string, Job>();
  /** The job of the latest push: pushes of one job often come in a row. */
  #job: Job = { number: 0, sampleCount: 0 };
  #jobName: string | undefined;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #count = 0;

  /** How many pushes were added since the last seal. */
  get count(): number {
    return this.#count;
  }

  add(job: string, sampleCount: number): void {
    // A push of metadata alone is not missed by anybody.
    if (sampleCount === 0) return;
    this.#count++;
    if (job !== this.#jobName) this.#enterJob(job);
    this.#job.sampleCount += sampleCount;
    this.#reserve(this.#length + MAX_ENTRY);
    const at = writeVarint(this.#bytes, this.#length, this.#job.number);
    this.#length = writeVarint(this.#bytes, at, sampleCount);
  }

  /** What was added since the last seal. */
  seal(): SealedManifest {
    const jobs = new Map<string, number>();
    for (const [job, { sampleCount }] of this.#jobs) jobs.set(job, sampleCount);
    const pushes = this.#bytes.slice(0, this.#length);
    this.clear();
    return { jobs, pushes };
  }

  clear(): void {
    this.#jobs.clear();
    this.#jobName = undefined;
    this.#length = 0;
    this.#count = 0;
  }

  #enterJob(name: string): void {
    let job = this.#jobs.get(name);
    if (job === undefined) {
      job = { number: this.#jobs.size, sampleCount: 0 };
      this.#jobs.set(name, job);
    }
    this.#job = job;
    this.#jobName = name;
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * byteLength);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** The pushes of a block, in order. */
export function readPushes({ jobs, pushes }: SealedManifest): BlockPush[] {
  const names = [...jobs.keys()];
  const read: BlockPush[] = [];
  for (let at = 0; at < pushes.length; ) {
    const samplesAt = varintEnd(pushes, at);
    read.push({ job: names[readVarint(pushes, at)]!, sampleCount: readVarint(pushes, samplesAt) });
    at = varintEnd(pushes, samplesAt);
  }
  return read;
}
