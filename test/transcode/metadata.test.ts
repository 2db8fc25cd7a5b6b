// TYPE and HELP are sent once per interval, and count as sent only if their push was accepted.
import { describe, expect, test } from 'vitest';
import { FamilyTable } from '../../src/exposition/family-table.ts';
import { DueMetadata } from '../../src/transcode/due-metadata.ts';
import type { Transcoder } from '../../src/transcode/transcoder.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';
import { decodePush, fixed, newTranscoder, transcodeBody } from './transcode-body.ts';

const INTERVAL_MS = 60_000;

/** What metadata leaves with this push, as `family type help`. */
function metadataOf(transcoder: Transcoder, body: string | Buffer, nowMs: number): readonly string[] {
  const encoded = transcodeBody(transcoder, body, fixed(), nowMs);
  if (typeof encoded === 'string') throw new Error(encoded);
  return decodePush(encoded).metadata.map(({ family, type, help }) => `${family} ${type} ${help}`);
}

function withMetadata(): Transcoder {
  return newTranscoder({ metadataIntervalMs: INTERVAL_MS });
}

describe('metadata', () => {
  const a = '# HELP a text\n# TYPE a counter\na 1\n';
  const ab = `${a}# TYPE b gauge\nb 1\n`;

  test('is numbered by type, has the HELP unescaped, and names families, not their parts', () => {
    const body = [
      ...[
        '# TYPE c counter',
        'c 1',
        '# TYPE g gauge',
        'g 1',
        '# TYPE h histogram',
        'h_count 1',
        '# TYPE gh gauge_histogram',
        'gh_sum 1',
      ],
      ...[
        '# TYPE s summary',
        's 1',
        '# HELP u a\\\\b\\nc\\"d',
        'u 1',
        '# TYPE v untyped',
        'v 1',
        '# TYPE none gauge',
        'w 1',
        '',
      ],
    ].join('\n');
    expect(metadataOf(withMetadata(), body, 0)).toEqual([
      'c 1 ',
      'g 2 ',
      'h 3 ',
      'gh 4 ',
      's 5 ',
      'u 0 a\\b\nc"d',
    ]);
  });

  test('has invalid UTF-8 replaced and long HELP cut', () => {
    const body = Buffer.concat([
      Buffer.from('# HELP a x'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('\na 1\n'),
    ]);
    expect(metadataOf(withMetadata(), body, 0)).toEqual(['a 0 x\ufffd\ufffd']);
    const [long] = metadataOf(withMetadata(), `# HELP a ${'x'.repeat(100_000)}\na 1\n`, 0);
    expect(long).toBe(`a 0 ${'x'.repeat(4096)}`);
  });

  test('is never sent if it is switched off, or without a sample', () => {
    expect(metadataOf(newTranscoder(), a, 0)).toEqual([]);
    expect(metadataOf(withMetadata(), '# HELP a text\n# TYPE a counter\n', 0)).toEqual([]);
  });

  test('is sent with every push until one is accepted, and then not before the interval is over', () => {
    const transcoder = withMetadata();
    for (let i = 0; i < 3; i++) expect(metadataOf(transcoder, a, 1000)).toEqual(['a 1 text']);
    transcoder.confirm(1000);
    for (const nowMs of [1000, 2000, 60_999]) expect(metadataOf(transcoder, a, nowMs)).toEqual([]);
    expect(metadataOf(transcoder, a, 61_000)).toEqual(['a 1 text']);
    transcoder.confirm(61_000);
    expect(metadataOf(transcoder, a, 61_001)).toEqual([]);
  });

  test('is sent for the families that have not had it', () => {
    const transcoder = withMetadata();
    metadataOf(transcoder, a, 0);
    transcoder.confirm(0);
    expect(metadataOf(transcoder, ab, 10)).toEqual(['b 2 ']);
    transcoder.confirm(10);
    expect(metadataOf(transcoder, ab, 20)).toEqual([]);
  });

  test('does not count as sent if only a push without any was accepted', () => {
    const transcoder = withMetadata();
    metadataOf(transcoder, a, 0);
    metadataOf(transcoder, '# nothing\n', 0);
    transcoder.confirm(0);
    expect(metadataOf(transcoder, a, 1)).toEqual(['a 1 text']);
  });

  test('does not count as sent if a push was refused in between', () => {
    const transcoder = withMetadata();
    metadataOf(transcoder, a, 0);
    expect(transcodeBody(transcoder, 'bad\n', fixed(), 0)).toBeTypeOf('string');
    expect(metadataOf(transcoder, 'c 1\n', 0)).toEqual([]);
    transcoder.confirm(0);
    expect(metadataOf(transcoder, a, 1)).toEqual(['a 1 text']);
  });

  test('does not change the series', () => {
    const transcoder = withMetadata();
    const first = decodePush(transcodeBody(transcoder, ab, fixed(), 5) as Buffer);
    transcoder.confirm(5);
    const second = decodePush(transcodeBody(transcoder, ab, fixed(), 5) as Buffer);
    expect(second).toEqual({ series: first.series, metadata: [] });
  });
});

describe('due metadata', () => {
  test('forgets the oldest families beyond its bound, which are then sent once more', () => {
    const metadata = new DueMetadata(INTERVAL_MS);
    const due = (from: number, to: number) => {
      const families = familiesNamed(from, to);
      const count = metadata.due(families, 0).length;
      metadata.confirm(0);
      return count;
    };
    for (let from = 0; from < 60_000; from += 1000) expect(due(from, from + 1000)).toBe(1000);
    expect(due(40_001, 60_001)).toBe(1);
    expect(due(0, 2)).toBe(2);
  });
});

/** A table of gauges `m<from>` up to `m<to>`, each with a sample. */
function familiesNamed(from: number, to: number): FamilyTable {
  const arena = new ByteArena();
  const body = Buffer.from(Array.from({ length: to - from }, (_, i) => `m${from + i}\n`).join(''));
  arena.load([body], body.length, 0);
  const families = new FamilyTable(arena, true);
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(10, at);
    const family = families.resolve(at, end);
    families.setType(family, 2);
    families.addSample(family, 1);
    at = end + 1;
  }
  return families;
}
