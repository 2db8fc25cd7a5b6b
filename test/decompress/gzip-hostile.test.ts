// gzip bodies as hostile clients make them. The streams are made by another codec than the one that reads them.
import { gzip } from 'pako';
import { expect, test } from 'vitest';
import { DecodeBodyError, DecodedSizeError } from '../../src/decompress/body-decoder.ts';
import { decodeGzip, largeGzip } from '../../src/decompress/gzip.ts';
import { decodeLarge, decodeWhole } from './decode-whole.ts';

const TEXT = 'a_metric{label="value"} 1\n'.repeat(4);
const LIMIT = 1024;

function zip(text: string | Uint8Array): Buffer {
  return Buffer.from(gzip(text));
}

/** As a push is decoded: at once if that is certain to be cheap, otherwise counted first. */
const decode = (body: Buffer, maxBytes = LIMIT) => decodeWhole('gzip', body, maxBytes);
const large = (body: Buffer, maxBytes = LIMIT) => decodeLarge(largeGzip(body, maxBytes));

async function refuses(body: Buffer, found: string): Promise<void> {
  const error = new DecodeBodyError('gzip', found);
  expect(error.message).toBe(`Cannot decode gzip body: expected a whole gzip stream, found that ${found}`);
  await expect(decode(body)).rejects.toThrow(error);
  await expect(large(body)).rejects.toThrow(error);
}

async function exceeds(body: Buffer, maxBytes = LIMIT): Promise<void> {
  const error = new DecodedSizeError('gzip', maxBytes);
  expect(error.message).toBe(
    `Cannot decode gzip body: expected at most ${maxBytes} bytes decoded, found more`,
  );
  await expect(decode(body, maxBytes)).rejects.toThrow(error);
}

const END = 'the data end too early';

test('a stream cut at any byte is refused', async () => {
  const body = zip(TEXT);
  for (let end = 0; end < body.length; end++) {
    await expect(decode(body.subarray(0, end)), `${end} bytes`).rejects.toBeInstanceOf(DecodeBodyError);
    await expect(large(body.subarray(0, end)), `${end} bytes`).rejects.toBeInstanceOf(DecodeBodyError);
  }
  await refuses(body.subarray(0, -1), END);
  await refuses(Buffer.alloc(0), END);
});

test('a second member cut at any byte is refused', async () => {
  const first = zip(TEXT);
  const second = zip('b_metric 2\n');
  for (let end = 1; end < second.length; end++) {
    const body = Buffer.concat([first, second.subarray(0, end)]);
    await expect(decode(body), `${end} bytes`).rejects.toBeInstanceOf(DecodeBodyError);
  }
});

test('a stream with any bit of its checksum or length wrong is refused', async () => {
  const body = zip(TEXT);
  for (let bit = 0; bit < 64; bit++) {
    const wrong = Buffer.from(body);
    wrong[body.length - 8 + (bit >> 3)]! ^= 1 << (bit & 7);
    await expect(decode(wrong), `bit ${bit}`).rejects.toThrow(
      new DecodeBodyError('gzip', `incorrect ${bit < 32 ? 'data' : 'length'} check`),
    );
  }
});

test('anything but a gzip stream is refused', async () => {
  await refuses(Buffer.from('a_metric{label="value"} 1\n'), 'incorrect header check');
  await refuses(Buffer.alloc(100), 'incorrect header check');
});

test('what follows the last member and is not of zeros is refused', async () => {
  await refuses(Buffer.concat([zip(TEXT), Buffer.from('garbage')]), 'incorrect header check');
  await refuses(Buffer.concat([zip(TEXT), Buffer.from([0x1f])]), END);
});

test('a body over the limit is refused, whatever length it declares', async () => {
  await exceeds(zip('x'.repeat(LIMIT + 1)));
  await exceeds(Buffer.concat([zip('x'.repeat(LIMIT)), zip('y')]));
  const lying = zip('x'.repeat(1 << 20));
  lying.writeUInt32LE(1, lying.length - 4);
  await exceeds(lying);
});

test('a bomb is refused for its size, of one member and of many', async () => {
  const megabytes = 24;
  const member = zip(new Uint8Array(1 << 20));
  await exceeds(zip(new Uint8Array(megabytes << 20)), 1 << 20);
  await exceeds(Buffer.concat(Array.from({ length: megabytes }, () => member)), (1 << 20) + 1);
});

test('a body of exactly the limit is decoded', async () => {
  expect(await decode(zip('x'.repeat(LIMIT)))).toBe('x'.repeat(LIMIT));
  expect(await decode(Buffer.concat([zip('x'.repeat(LIMIT - 1)), zip('y')]))).toBe(
    `${'x'.repeat(LIMIT - 1)}y`,
  );
});

test('what follows zeros after the last member is refused, not lost', async () => {
  const found = 'more data follow zeros after its end';
  await refuses(Buffer.concat([zip(TEXT), Buffer.from([0]), zip('b 2\n')]), found);
  await refuses(Buffer.concat([zip(TEXT), Buffer.from([0, 0]), Buffer.from('x')]), found);
});

test('an empty stream, several members and zeros after them are decoded', async () => {
  expect(await decode(zip(''))).toBe('');
  expect(await decode(Buffer.concat([zip(''), zip('')]))).toBe('');
  expect(await decode(Buffer.concat([zip('a 1\n'), zip(''), zip('b 2\n')]))).toBe('a 1\nb 2\n');
  expect(await decode(Buffer.concat([zip(TEXT), Buffer.alloc(512)]))).toBe(TEXT);
});

test('a body too large to be decoded at once is decoded as a large one', async () => {
  const body = zip('x'.repeat((1 << 20) + 1));
  expect(decodeGzip(body, 4 << 20)).not.toBeInstanceOf(Buffer);
  expect(await large(body, 4 << 20)).toHaveLength((1 << 20) + 1);
});
