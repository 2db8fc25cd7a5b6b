// How many requests are open, and how many there have been.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startListener } from '../../support/bare-listener.ts';
import { sendHttp, sendPush } from '../../support/http-client.ts';
import { waitUntil } from '../../support/wait-until.ts';

test('requests of any kind are seen, and open until they are answered', async () => {
  const { address, listener } = await startListener();
  await sendPush(address, 'm 1\n');
  await sendHttp(address, { target: '/-/healthy' });
  await sendHttp(address, { target: '/nothing' });
  await waitUntil(() => listener.activity.open === 0, 'the end of the last answer');
  expect(listener.activity.seen).toBe(3);
});

test('a push whose body is still arriving is open until its connection is closed', async () => {
  const { address, listener } = await startListener();
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname);
  socket.write('POST /pushgateway/metrics/job/a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nm 1');
  await waitUntil(() => listener.activity.open === 1, 'an open request');
  socket.destroy();
  await waitUntil(() => listener.activity.open === 0, 'none');
  expect(listener.activity.seen).toBe(1);
});
