// Clients that hold a connection without using it: cut by the configured times, while others are served.
import { expect, test } from 'vitest';
import { type IntakeRoad, JOB_PATH, pushText, requestText, startIntake } from '../support/intake-road.ts';
import type { RawConnection } from '../support/raw-connection.ts';
import { waitUntil } from '../support/wait-until.ts';

const MANY = 100;
/** Long enough for the probes in between, short enough for a test. */
const TIMES = { headersTimeout: '1500ms', requestTimeout: '1500ms', keepAliveTimeout: '1500ms' };

function connectMany(road: IntakeRoad, count = MANY): Promise<RawConnection[]> {
  return Promise.all(Array.from({ length: count }, () => road.connect()));
}

/** Opens clients, sees that others are served while they are there, and waits until all of them are cut. */
async function expectCut(road: IntakeRoad, beginning: string, drip: string): Promise<RawConnection[]> {
  const clients = await connectMany(road);
  for (const client of clients) client.send(beginning);
  const dripping = setInterval(() => {
    for (const client of clients) if (!client.isClosed) client.send(drip);
  }, 100);
  try {
    for (let i = 0; i < 5; i++) await road.pushed('probe 1\n', JOB_PATH);
    // Pushes that had to wait for slow clients would only have come through behind them.
    expect(clients.filter(({ isClosed }) => isClosed)).toEqual([]);
    await waitUntil(() => clients.every(({ isClosed }) => isClosed), 'all slow clients to be cut');
  } finally {
    clearInterval(dripping);
  }
  return clients;
}

async function expectAnswers(clients: readonly RawConnection[], status: number): Promise<void> {
  for (const client of clients) expect((await client.answer()).status).toBe(status);
}

test('clients that send their headers slowly are cut with 408', async () => {
  const road = await startIntake({ server: { ...TIMES, requestTimeout: '60s' } });
  const clients = await expectCut(road, `POST ${JOB_PATH} HTTP/1.1\r\nX-Slow: `, 'a');
  await expectAnswers(clients, 408);
});

test('clients that send their body slowly are cut with 408, and nothing of it is forwarded', async () => {
  const road = await startIntake({ server: TIMES });
  const beginning = `${requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Content-Length: 1000'])}slow 1\n`;
  const clients = await expectCut(road, beginning, '\n');
  await expectAnswers(clients, 408);
  expect(await road.counted(408, 'cut_off')).toBe(MANY);
  expect(await road.forwardedNames()).not.toContain('slow');
});

test('clients that send chunks of a body slowly are cut with 408', async () => {
  const road = await startIntake({ server: TIMES });
  const beginning = requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']);
  await expectAnswers(await expectCut(road, beginning, '1\r\n\n\r\n'), 408);
  expect(await road.counted(408, 'cut_off')).toBe(MANY);
});

test('clients that stop in the middle of a request are told 408', async () => {
  const road = await startIntake({ server: { ...TIMES, headersTimeout: '100ms', requestTimeout: '100ms' } });
  const clients = await connectMany(road, 3);
  clients[0]?.send(`POST ${JOB_PATH} HTTP/1.1\r\n`);
  clients[1]?.send(`${requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Content-Length: 1000'])}stopped 1\n`);
  clients[2]?.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']));
  await expectAnswers(clients, 408);
  expect(await road.forwardedNames()).toEqual([]);
});

test('connections that never send a byte are cut', async () => {
  const road = await startIntake({ server: { ...TIMES, requestTimeout: '60s', keepAliveTimeout: '60s' } });
  await expectCut(road, '', '');
});

test('connections that are idle behind an answer are cut', async () => {
  const road = await startIntake({ server: { ...TIMES, headersTimeout: '60s', requestTimeout: '60s' } });
  const clients = await expectCut(road, pushText('once 1\n'), '');
  await expectAnswers(clients, 202);
});

/** Waits until a push on a new connection is taken. */
async function expectRoom(road: IntakeRoad): Promise<void> {
  let state: 'idle' | 'asking' | 'taken' = 'idle';
  const ask = () => {
    state = 'asking';
    road.pushed('probe 1\n', JOB_PATH).then(
      () => {
        state = 'taken';
      },
      () => {
        state = 'idle';
      },
    );
  };
  await waitUntil(() => {
    if (state === 'idle') ask();
    return state === 'taken';
  }, 'room for another connection');
}

test('connections beyond the configured number are closed at once, and behind them there is room again', async () => {
  const road = await startIntake({ server: { maxConnections: 5 } });
  const held = await connectMany(road, 5);
  for (const beyond of await connectMany(road, 5)) await beyond.closed();
  for (const connection of held) connection.send(pushText('a 1\n'));
  await expectAnswers(held, 202);
  for (const connection of held) connection.cut();
  await expectRoom(road);
});

test('clients that do not read their answers are cut', async () => {
  const road = await startIntake({ server: { ...TIMES, keepAliveTimeout: '60s', maxConnections: 5 } });
  const clients = await connectMany(road, 5);
  for (const client of clients) {
    client.stopReading();
    // More answers than the kernel takes in; and all of the requests at once, so that none is left half read.
    client.send(requestText('GET /metrics HTTP/1.1').repeat(2500));
  }
  await expectRoom(road);
});
