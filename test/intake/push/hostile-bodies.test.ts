// Bodies made to hurt, against the built program as a process of its own: a clear refusal, memory within bounds, and
// others served in between.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startReceiver } from '../../support/delivery-setup.ts';
import { bombOfMembers, bombOfOneMember } from '../../support/gzip-bombs.ts';
import type { HttpAnswer } from '../../support/http-client.ts';
import { metricValue } from '../../support/metric-value.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { RunningSluice } from '../../support/running-sluice.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const MIB = 1 << 20;
const GZIP = { headers: { 'content-encoding': 'gzip' } };

async function startProgram(pushgateway: object = {}): Promise<RunningSluice> {
  const receiver = await startReceiver();
  const config = {
    listenAddress: '127.0.0.1:0',
    push: { pushgateway },
    remoteWrite: [{ name: 'primary', url: receiver.url() }],
  };
  const file = new TemporaryFolder().write('sluice.yaml', JSON.stringify(config));
  return RunningSluice.start(['--config', file]);
}

async function residentBytes(sluice: RunningSluice): Promise<number> {
  return metricValue(await sluice.metrics(), 'process_resident_memory_bytes');
}

/** Sends the push and, as long as it has no answer, others; returns by how much the program has grown at most. */
async function attack(sluice: RunningSluice, body: Uint8Array | string, push = {}) {
  const before = await residentBytes(sluice);
  let answer: HttpAnswer | undefined;
  const attacked = sluice.push(body, push).then((received) => {
    answer = received;
  });
  let peak = before;
  while (answer === undefined) {
    expect((await sluice.push('probe 1\n')).status).toBe(202);
    peak = Math.max(peak, await residentBytes(sluice));
  }
  await attacked;
  peak = Math.max(peak, await residentBytes(sluice));
  return { status: answer.status, text: answer.text, grownBytes: peak - before };
}

test('a bomb of megabytes that decodes to gigabytes is refused, and memory stays flat', async () => {
  const sluice = await startProgram();
  const text = 'Cannot decode gzip body: expected at most 67108864 bytes decoded, found more\n';
  for (const bomb of [bombOfMembers(10), bombOfOneMember(10)]) {
    expect(bomb.length).toBeGreaterThan(9_000_000);
    const { grownBytes, ...answer } = await attack(sluice, bomb, GZIP);
    expect(answer).toEqual({ status: 413, text });
    expect(grownBytes).toBeLessThan(200 * MIB);
  }
});

test('a line with too many labels, or too long, is refused', async () => {
  const sluice = await startProgram();
  const refuses = async (body: string, status: number, problem: string) => {
    const { grownBytes, ...answer } = await attack(sluice, body);
    expect(answer).toEqual({ status, text: `Cannot ${problem}\n` });
    expect(grownBytes).toBeLessThan(300 * MIB);
  };
  const labels = Array.from({ length: 100_000 }, (_, i) => `l${i}="v"`).join(',');
  await refuses(`m{${labels}} 1\n`, 400, 'parse exposition line 1: expected at most 1000 labels, found more');
  const long = (bytes: number) => `m{a="${'x'.repeat(bytes - 10)}"} 1\n`;
  const limit = 'take push: expected at most 16777216 bytes, found 20000000 bytes declared';
  await refuses(long(20_000_000), 413, limit);
  const { status, text } = await attack(sluice, long(15_000_000));
  expect(status).toBe(413);
  expect(text).toMatch(
    /^Cannot forward series of exposition line 1: expected at most \d+ bytes, found \d+\n$/,
  );
});

test('a compressed body of millions of tiny lines is answered, and others after it', async () => {
  const sluice = await startProgram({ maxDecodedSize: '16MiB' });
  const lines = Array.from({ length: 500_000 }, (_, i) => `m{i="${i}"} 1\n`).join('');
  const bad = await attack(sluice, gzipSync(`${lines}bad\n`), GZIP);
  expect(bad.status).toBe(400);
  expect(bad.text).toMatch(/^Cannot parse exposition line 500001: /);
  const empty = await attack(sluice, gzipSync(Buffer.alloc(16 * MIB, '\n')), GZIP);
  expect(empty.status).toBe(202);
  expect((await sluice.push('probe 1\n')).status).toBe(202);
});

test('a body of a million chunks of one byte each is taken, and memory stays flat', async () => {
  const sluice = await startProgram();
  const before = await residentBytes(sluice);
  const connection = await RawConnection.open(sluice.address);
  connection.send('POST /pushgateway/metrics/job/chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunks = Buffer.from('1\r\n\n\r\n'.repeat(100_000));
  let peak = before;
  for (let i = 0; i < 10; i++) {
    await connection.sendAndWait(chunks);
    expect((await sluice.push('probe 1\n')).status).toBe(202);
    peak = Math.max(peak, await residentBytes(sluice));
  }
  connection.send('0\r\n\r\n');
  expect((await connection.answer()).status).toBe(202);
  expect(peak - before).toBeLessThan(200 * MIB);
});

test('many bodies that hold memory at once are refused beyond the bound, small pushes never', async () => {
  const sluice = await startProgram({
    maxBodySize: '4MiB',
    maxDecodedSize: '4MiB',
    maxBufferedSize: '16MiB',
  });
  const body = Buffer.alloc(4 * MIB, '\n');
  const head = `POST /pushgateway/metrics/job/large HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`;
  const connections = await Promise.all(Array.from({ length: 12 }, () => RawConnection.open(sluice.address)));
  // All but the last byte: each body that was let in stays in memory.
  for (const connection of connections) {
    connection.send(head);
    connection.send(body.subarray(1));
  }
  const refused = () => connections.filter(({ received }) => received !== '').length;
  await waitUntil(() => refused() >= 8, 'the bodies beyond the bound to be refused');
  expect((await sluice.push('probe 1\n')).status).toBe(202);
  const statuses: number[] = [];
  for (const connection of connections) {
    connection.send('\n');
    const { status, headers, body: text } = await connection.answer();
    statuses.push(status);
    if (status !== 503) continue;
    expect(headers.get('retry-after')).toBe('1');
    expect(text).toMatch(/^Cannot take push: too many large pushes .*\n$/);
  }
  // Four fit; which of those that arrive side by side are let in is a matter of chance.
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(8);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(1);
  expect(statuses.filter((status) => status !== 202 && status !== 503)).toEqual([]);
  expect((await sluice.push(body)).status).toBe(202);
});
