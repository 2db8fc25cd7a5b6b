// A development backend for one test file, with the ways to write to it and to ask it.
import { afterAll, beforeAll, expect } from 'vitest';
import { type DevBackend, startDevBackend } from '../../src/devbackend/dev-backend.ts';
import { type Asked, ask } from './ask.ts';
import { encodeWriteRequest, type SeriesInput } from './receiver/encode-write-request.ts';

const HEADERS = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' };

export interface RunningBackend {
  write(...series: readonly SeriesInput[]): Promise<Asked>;
  /** Writes what must be taken. */
  takes(...series: readonly SeriesInput[]): Promise<void>;
  /** Writes what must be refused with 400 and this line. */
  refuses(series: SeriesInput, line: string): Promise<void>;
  /** The `data` of an answer of the query API. */
  asked(path: string): Promise<unknown>;
  /** Any address of the query side, as it comes. */
  fetched(path: string): Promise<Asked>;
}

/** `nowMs` must be about right: certificates are checked against the clock of this machine. */
export function runningBackend(nowMs: number): RunningBackend {
  let backend: DevBackend;
  beforeAll(async () => {
    backend = await startDevBackend({ queryPort: 0, nowMs: () => nowMs });
  });
  afterAll(() => backend.stop());
  const write = (...series: readonly SeriesInput[]): Promise<Asked> => {
    const body = encodeWriteRequest(series);
    return ask(backend.writeUrl, { method: 'POST', headers: HEADERS, body, ca: backend.caPem });
  };
  const fetched = (path: string): Promise<Asked> => ask(`${backend.queryUrl}${path}`);
  return {
    write,
    fetched,
    async takes(...series) {
      const { status, body } = await write(...series);
      expect([status, body]).toEqual([204, '']);
    },
    async refuses(series, line) {
      const { status, body } = await write(series);
      expect([status, body]).toEqual([400, `${line}\n`]);
    },
    async asked(path) {
      const { status, body } = await fetched(path);
      expect(status, body).toBe(200);
      return (JSON.parse(body) as { data: unknown }).data;
    },
  };
}
