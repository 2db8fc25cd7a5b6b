// The manners of real clients on the wire: each of these pushes is taken, and arrives.
import { gzip } from 'pako';
import { expect, test } from 'vitest';
import { startRaw } from '../support/raw-exchange.ts';
import { startRoad } from '../support/road-setup.ts';
import { waitUntil } from '../support/wait-until.ts';

const PATH = '/pushgateway/metrics/job/j';
const gzipped = Buffer.from(gzip('m 1\n'));

const requests: [string, string | Buffer][] = [
  [
    'in chunks',
    `PUT ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nm \r\n2\r\n1\n\r\n0\r\n\r\n`,
  ],
  ['as HTTP/1.0 without a host', `POST ${PATH} HTTP/1.0\r\nContent-Length: 4\r\n\r\nm 1\n`],
  ['as HTTP/1.1 without a host', `POST ${PATH} HTTP/1.1\r\nContent-Length: 4\r\n\r\nm 1\n`],
  [
    'to a target in absolute form',
    `PUT http://sluice:3030${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nm 1\n`,
  ],
  [
    'with an offer of HTTP/2',
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 4\r\n\r\nm 1\n`,
  ],
  [
    'as a form, which is what curl calls it',
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\nm 1\n`,
  ],
  ['with a query', `POST ${PATH}?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nm 1\n`],
  [
    'after a doubled slash',
    `POST //pushgateway//metrics/job/j HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nm 1\n`,
  ],
  [
    'compressed, with its encoding in capitals',
    Buffer.concat([
      Buffer.from(
        `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Encoding: GZIP\r\nContent-Length: ${gzipped.length}\r\n\r\n`,
      ),
      gzipped,
    ]),
  ],
];

test.each(requests)('a push is taken %s, with an empty answer', async (_, request) => {
  const { collector, delivered } = await startRoad();
  const exchange = startRaw(collector.address, request);
  await waitUntil(() => exchange.received.includes('\r\n\r\n'), 'an answer');
  expect(exchange.received).toMatch(
    /^HTTP\/1\.1 202 Accepted\r\n(?:.+\r\n)*Content-Length: 0\r\n(?:.+\r\n)*\r\n$/i,
  );
  expect(await delivered(1)).toEqual(['m{job="j"} 1']);
});

test('a client that waits for 100 Continue gets it, then its answer', async () => {
  const { collector, delivered } = await startRoad();
  const head = `PUT ${PATH} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`;
  const exchange = startRaw(collector.address, head);
  await waitUntil(() => exchange.received.endsWith('\r\n\r\n'), 'a word');
  expect(exchange.received).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  exchange.socket.write('m 1\n');
  await waitUntil(() => exchange.received.includes(' 202 '), 'an answer');
  expect(await delivered(1)).toEqual(['m{job="j"} 1']);
});

test('many pushes on one connection are answered in their order', async () => {
  const { collector, delivered } = await startRoad();
  const request = (i: number) =>
    `PUT ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n${i < 3 ? `m ${i}` : 'bad'}\n`;
  const exchange = startRaw(collector.address, [0, 1, 3, 2].map(request).join(''));
  const statuses = () => [...exchange.received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
  await waitUntil(() => statuses().length === 4, 'four answers');
  expect(statuses()).toEqual(['202', '202', '400', '202']);
  expect(await delivered(3)).toEqual(['m{job="j"} 0', 'm{job="j"} 1', 'm{job="j"} 2']);
});
