// Pushes in every content encoding, as a client meets them: what is taken, what is refused, and what is then forwarded.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type IntakeOptions, type IntakeRoad, startIntake } from '../../support/intake-road.ts';
import {
  compressedChunk,
  snappyBlock,
  snappyStream,
  uncompressedChunk,
} from '../../support/snappy-stream.ts';
import { repeatedBlock, zstdFrame } from '../../support/zstd-frames.ts';

const ALL = ['gzip', 'snappy', 'zstd'];

/** A road that takes every encoding. */
function startAll(push: IntakeOptions['push'] = {}): Promise<IntakeRoad> {
  return startIntake({ push: { contentEncodings: ALL, ...push } });
}

async function answers(road: IntakeRoad, encoding: string, body: Uint8Array, status: number, text = '') {
  const target = '/pushgateway/metrics/job/test';
  const answer = await road.collector.push(body, { target, headers: { 'content-encoding': encoding } });
  expect([answer.status, answer.text]).toEqual([status, text && `${text}\n`]);
  return answer.headers;
}

test('an encoding that the list does not have is answered 415 with those that it has', async () => {
  const refuses = async (enabled: string[], encoding: string, sentence: string, accept: string) => {
    const road = await startIntake({ push: { contentEncodings: enabled } });
    const headers = await answers(road, encoding, zstdCompressSync('m 1\n'), 415, sentence);
    expect(headers['accept-encoding']).toBe(accept);
  };
  const notListed = 'which push.pushgateway.contentEncodings does not list';
  await refuses(
    ['snappy'],
    'zstd',
    `Cannot take push: expected content encoding gzip or snappy, found "zstd", ${notListed}`,
    'gzip, snappy',
  );
  await refuses(
    ['zstd', 'gzip'],
    'Snappy',
    `Cannot take push: expected content encoding gzip or zstd, found "Snappy", ${notListed}`,
    'gzip, zstd',
  );
  await refuses(
    ALL,
    'zstd, gzip',
    'Cannot take push: expected content encoding gzip or snappy or zstd, found "zstd, gzip"',
    'gzip, snappy, zstd',
  );
});

test('a body that is not sound is answered 400, and nothing of it is forwarded', async () => {
  const road = await startAll();
  const stream = (encoding: string, found: string) =>
    `Cannot decode ${encoding} body: expected a whole ${encoding} stream, found that ${found}`;
  const early = 'the data end too early';
  const sound = { gzip: gzipSync('m 1\n'), snappy: snappyBlock('m 1\n'), zstd: zstdCompressSync('m 1\n') };
  await answers(road, 'gzip', sound.gzip.subarray(0, -1), 400, stream('gzip', early));
  await answers(
    road,
    'snappy',
    sound.snappy.subarray(0, -1),
    400,
    stream('snappy', 'the element at byte 1 is cut off'),
  );
  await answers(road, 'zstd', sound.zstd.subarray(0, -1), 400, stream('zstd', early));
  const damaged = snappyStream(uncompressedChunk('m 1\n'));
  damaged[damaged.length - 2]! ^= 1;
  await answers(road, 'snappy', damaged, 400, stream('snappy', 'the chunk at byte 10 has a wrong checksum'));
  for (const encoding of ALL) await answers(road, encoding, Buffer.alloc(0), 400, stream(encoding, early));
  await answers(road, 'zstd', Buffer.from('m 1\n'), 400, stream('zstd', 'no frame begins at byte 0'));
  expect(await road.counted(400, 'malformed')).toBe(8);
  expect(await road.forwardedNames()).toEqual([]);
});

test('a body that decodes to more than the limit is answered 413, however small it is', async () => {
  const road = await startAll({ maxBodySize: '1MiB', maxDecodedSize: '4MiB' });
  const tooLarge = (encoding: string) =>
    `Cannot decode ${encoding} body: expected at most 4194304 bytes decoded, found more`;
  const lines = Buffer.alloc((4 << 20) + 1, '\n');
  await answers(road, 'gzip', gzipSync(lines), 413, tooLarge('gzip'));
  await answers(road, 'snappy', snappyBlock(lines), 413, tooLarge('snappy'));
  await answers(road, 'snappy', Buffer.from('ffffffff0f00', 'hex'), 413, tooLarge('snappy'));
  await answers(road, 'zstd', zstdCompressSync(lines), 413, tooLarge('zstd'));
  const gigabyte = Array.from({ length: 2 ** 13 }, () => repeatedBlock('\n', 131_072));
  await answers(road, 'zstd', zstdFrame({ blocks: gigabyte }), 413, tooLarge('zstd'));
  await answers(road, 'zstd', zstdFrame({ size: 2 ** 30, blocks: gigabyte }), 413, tooLarge('zstd'));
  expect(await road.counted(413, 'too_large')).toBe(6);
});

test('every encoding that is listed is taken, small and large', async () => {
  const road = await startAll();
  const encodings: [string, (text: string) => Uint8Array][] = [
    ['gzip', gzipSync],
    ['snappy', snappyBlock],
    ['SNAPPY', (text) => snappyStream(...chunksOf(text))],
    ['x-snappy-framed', (text) => snappyStream(...chunksOf(text))],
    ['zstd', zstdCompressSync],
    ['zstd', (text) => Buffer.concat([zstdCompressSync(text), zstdCompressSync('')])],
  ];
  const names: string[] = [];
  for (const [i, [encoding, encode]] of encodings.entries()) {
    await answers(road, encoding, encode(`small_${i} 1\n`), 202);
    await answers(road, encoding, encode(`${'# a comment\n'.repeat(150_000)}large_${i} 1\n`), 202);
    names.push(`small_${i}`, `large_${i}`);
  }
  expect(await road.forwardedNames()).toEqual(names);
});

function chunksOf(text: string): Buffer[] {
  const count = Math.ceil(text.length / 65_536);
  return Array.from({ length: count }, (_, i) => compressedChunk(text.slice(i * 65_536, (i + 1) * 65_536)));
}
