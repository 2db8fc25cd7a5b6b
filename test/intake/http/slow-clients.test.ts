// Clients that hold a connection without using it: cut by the configured times, while others are served.
import { expect, test } from 'vitest';
import { type IntakeRoad, JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';
import type { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

const MANY = 100;
/** How long each phase of a request may take here: too long to be cut for, and as short as a test can distinguish. */
const FOREVER = '10m';
const SHORT_MS = 500;

type Phase = 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout';

function times(shortMs: number, short: readonly Phase[]): Record<Phase, string> {
  const time = (phase: Phase) => (short.includes(phase) ? `${shortMs}ms` : FOREVER);
  return {
    headersTimeout: time('headersTimeout'),
    requestTimeout: time('requestTimeout'),
    keepAliveTimeout: time('keepAliveTimeout'),
  };
}

function connectMany(road: IntakeRoad, count = MANY): Promise<RawConnection[]> {
  return Promise.all(Array.from({ length: count }, () => road.connect()));
}

interface SlowClients {
  /** The limits that they run into. */
  readonly short: readonly Phase[];
  readonly beginning: string;
  readonly drip: string;
}

/** Opens slow clients, serves others while they are there, and waits until all of them are cut. */
async function expectCut(slow: SlowClients): Promise<{ road: IntakeRoad; clients: RawConnection[] }> {
  // On a busy machine the limit may be over before the others are served: then a longer one is tried.
  for (let shortMs = SHORT_MS; ; shortMs *= 2) {
    const road = await startIntake({ server: times(shortMs, slow.short) });
    const clients = await cutAfterProbes(road, slow);
    if (clients !== undefined) return { road, clients };
  }
}

/** Undefined if a client was cut before the others were served. */
async function cutAfterProbes(
  road: IntakeRoad,
  { beginning, drip }: SlowClients,
): Promise<RawConnection[] | undefined> {
  const clients = await connectMany(road);
  for (const client of clients) client.send(beginning);
  const dripping = setInterval(() => {
    for (const client of clients) if (!client.isClosed) client.send(drip);
  }, 100);
  try {
    for (let i = 0; i < 5; i++) await road.pushed('probe 1\n', JOB_PATH);
    if (clients.some(({ isClosed }) => isClosed)) return undefined;
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
  const beginning = `POST ${JOB_PATH} HTTP/1.1\r\nX-Slow: `;
  const { clients } = await expectCut({ short: ['headersTimeout'], beginning, drip: 'a' });
  await expectAnswers(clients, 408);
});

test('clients that send their body slowly are cut with 408, and nothing of it is forwarded', async () => {
  const beginning = `${requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Content-Length: 1000'])}slow 1\n`;
  const { road, clients } = await expectCut({
    short: ['headersTimeout', 'requestTimeout'],
    beginning,
    drip: '\n',
  });
  await expectAnswers(clients, 408);
  expect(await road.counted(408, 'cut_off')).toBe(MANY);
  expect(await road.forwardedNames()).not.toContain('slow');
});

test('clients that send chunks of a body slowly are cut with 408', async () => {
  const beginning = requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']);
  const { road, clients } = await expectCut({
    short: ['headersTimeout', 'requestTimeout'],
    beginning,
    drip: '1\r\n\n\r\n',
  });
  await expectAnswers(clients, 408);
  expect(await road.counted(408, 'cut_off')).toBe(MANY);
});

test('clients that stop in the middle of a request get 408', async () => {
  const road = await startIntake({ server: times(SHORT_MS, ['headersTimeout', 'requestTimeout']) });
  const clients = await connectMany(road, 3);
  clients[0]?.send(`POST ${JOB_PATH} HTTP/1.1\r\n`);
  clients[1]?.send(`${requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Content-Length: 1000'])}stopped 1\n`);
  clients[2]?.send(requestText(`POST ${JOB_PATH} HTTP/1.1`, ['Transfer-Encoding: chunked']));
  await expectAnswers(clients, 408);
  expect(await road.forwardedNames()).toEqual([]);
});

test('connections that never send a byte are cut', async () => {
  await expectCut({ short: ['headersTimeout'], beginning: '', drip: '' });
});

test('connections that are idle after an answer are cut', async () => {
  const beginning = pushText('once 1\n');
  const { clients } = await expectCut({ short: ['keepAliveTimeout'], beginning, drip: '' });
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

test('connections over the configured number are closed at once, and afterwards there is room again', async () => {
  const road = await startIntake({ server: { maxConnections: 5 } });
  const held = await connectMany(road, 5);
  for (const beyond of await connectMany(road, 5)) await beyond.closed();
  for (const connection of held) connection.send(pushText('a 1\n'));
  await expectAnswers(held, 202);
  for (const connection of held) connection.cut();
  await expectRoom(road);
});

test('clients that do not read their answers are cut', async () => {
  const road = await startIntake({
    server: { ...times(SHORT_MS, ['headersTimeout', 'requestTimeout']), maxConnections: 5 },
  });
  const clients = await connectMany(road, 5);
  for (const client of clients) {
    client.stopReading();
    // More answers than the kernel takes in; and all of the requests at once, so that none is left half read.
    client.send(requestText('GET /metrics HTTP/1.1').repeat(2500));
  }
  await expectRoom(road);
});
