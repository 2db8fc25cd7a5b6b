import { expect, test } from 'vitest';
import { OpenPushes } from '../../../src/intake/http/open-requests.ts';
import { type BareListener, startListener } from '../../support/bare-listener.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { requestText } from '../../support/intake-road.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { waitUntil } from '../../support/wait-until.ts';

async function ask({ address }: BareListener, line: string, headers: readonly string[] = []) {
  const connection = await RawConnection.open(address);
  connection.send(requestText(`${line} HTTP/1.1`, headers));
  return connection.answer();
}

const PATHS = ['/-/flush', '/-/quit', '/pushgateway/-/flush', '/pushgateway/-/quit'];

test('without enableLifecycle nothing is flushed or stopped, and the answer names the key', async () => {
  const calls: string[] = [];
  const flush = async () => ({ remainingSamples: calls.push('flush') });
  const listener = await startListener({ lifecycle: { flush, quit: () => calls.push('quit') } });
  for (const path of PATHS) {
    for (const method of ['PUT', 'POST']) {
      const { status, body } = await ask(listener, `${method} ${path}`);
      const action = path.split('/').at(-1);
      expect([status, body]).toEqual([
        403,
        `Cannot ${action}: expected enableLifecycle: true, found false\n`,
      ]);
    }
  }
  expect(calls).toEqual([]);
  expect((await ask(listener, 'GET /')).body).not.toContain('/-/quit');
});

test('methods other than PUT and POST are answered 405 with the two, and do nothing', async () => {
  const calls: string[] = [];
  const flush = async () => ({ remainingSamples: calls.push('flush') });
  const lifecycle = { isEnabled: true, flush, quit: () => calls.push('quit') };
  const listener = await startListener({ lifecycle });
  for (const path of PATHS) {
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const { status, headers, body } = await ask(listener, `${method} ${path}`);
      expect([status, headers.get('allow')]).toEqual([405, 'PUT, POST']);
      expect(body).toBe(`Cannot ${method} here: expected PUT or POST\n`);
    }
    const { status, headers } = await ask(listener, `OPTIONS ${path}`);
    expect([status, headers.get('allow')]).toEqual([200, 'PUT, POST']);
  }
  expect(calls).toEqual([]);
});

test('what a web page has a browser send is refused, and does nothing', async () => {
  const calls: string[] = [];
  const flush = async () => ({ remainingSamples: calls.push('flush') });
  const listener = await startListener({
    lifecycle: { isEnabled: true, flush, quit: () => calls.push('quit') },
  });
  for (const origin of ['https://example.com', 'null', `http://${listener.address}`]) {
    for (const path of PATHS) {
      const { status, body } = await ask(listener, `POST ${path}`, [`Origin: ${origin}`]);
      const action = path.split('/').at(-1);
      expect([status, body]).toEqual([
        403,
        `Cannot ${action}: expected a request that is not from a web page, found one with an Origin header\n`,
      ]);
    }
  }
  expect(calls).toEqual([]);
});

test('a timeout that cannot be read is answered 400', async () => {
  const listener = await startListener({ lifecycle: { isEnabled: true } });
  const { status, body } = await ask(listener, 'POST /-/flush?timeout=5');
  expect([status, body]).toEqual([400, 'Cannot read timeout: expected a duration such as 5s, found "5"\n']);
});

/** A listener whose flush lasts as long as it is allowed to, and then leaves 12 samples. */
async function startStuck(clock = new FakeClock()) {
  const signals: AbortSignal[] = [];
  const flush = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<{ remainingSamples: number }>((resolve) =>
      signal.addEventListener('abort', () => resolve({ remainingSamples: 12 })),
    );
  };
  const openPushes = new OpenPushes();
  const lifecycle = { isEnabled: true, flush, clock, openPushes };
  return { listener: await startListener({ lifecycle, openPushes }), clock, signals, openPushes };
}

test('a flush whose time is over is answered 202 with what still waits', async () => {
  const waits = async (line: string, headers: readonly string[], waitMs: number, applied?: string) => {
    const { listener, clock, signals } = await startStuck();
    const asked = ask(listener, line, headers);
    await waitUntil(() => signals.length === 1, 'the flush');
    expect(clock.delays).toEqual([waitMs]);
    clock.advance(waitMs);
    const { status, headers: given, body } = await asked;
    expect([status, body]).toEqual([202, 'Not flushed yet: 12 samples are still waiting\n']);
    expect(given.get('preference-applied')).toBe(applied);
    expect(clock.pendingTimers).toBe(0);
  };
  await waits('POST /-/flush', [], 10_000);
  await waits('PUT /pushgateway/-/flush?timeout=3s', [], 3000);
  await waits('POST /-/flush', ['Prefer: wait=2'], 2000, 'wait=2');
});

test('a flush that comes while a thousand wait does not wait', async () => {
  const { listener, signals } = await startStuck();
  const connection = await RawConnection.open(listener.address);
  connection.send(requestText('POST /-/flush HTTP/1.1').repeat(1001));
  await waitUntil(() => signals.length === 1001, 'the flushes');
  expect(signals.findIndex(({ aborted }) => aborted)).toBe(1000);
});

test('a flush whose client has disconnected ends', async () => {
  const { listener, signals, clock, openPushes } = await startStuck();
  const connection = await RawConnection.open(listener.address);
  connection.send(requestText('POST /-/flush HTTP/1.1'));
  await waitUntil(() => signals.length === 1, 'the flush');
  connection.reset();
  await waitUntil(() => signals[0]!.aborted && clock.pendingTimers === 0, 'its end');
  await openPushes.answered(new AbortController().signal);
});

test('a flush is answered 200 when nothing of what was accepted waits any more', async () => {
  const clock = new FakeClock();
  const listener = await startListener({ lifecycle: { isEnabled: true, clock } });
  for (const line of ['POST /-/flush', 'PUT /-/flush', 'POST /pushgateway/-/flush']) {
    const { status, headers, body } = await ask(listener, line);
    expect([status, headers.get('content-type'), body]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'Flushed.\n',
    ]);
  }
  expect(clock.pendingTimers).toBe(0);
});

test('a request to stop is answered before the stop begins', async () => {
  const quits: string[] = [];
  const lifecycle = { isEnabled: true, quit: () => quits.push('quit') };
  const listener = await startListener({ lifecycle });
  const { status, headers, body } = await ask(listener, 'POST /-/quit');
  expect([status, headers.get('connection'), body]).toEqual([202, 'close', 'Stopping.\n']);
  await waitUntil(() => quits.length === 1, 'the stop');
});

test('a request to stop is refused if nothing would act on it', async () => {
  const listener = await startListener({ lifecycle: { isEnabled: true, quit: undefined } });
  const { status, body } = await ask(listener, 'POST /-/quit');
  expect([status, body]).toEqual([
    403,
    'Cannot quit: Sluice is stopped by the environment that it runs in\n',
  ]);
});

test('the root page names both if they are enabled', async () => {
  const listener = await startListener({ operations: { hasLifecycle: true } });
  const { body } = await ask(listener, 'GET /');
  expect(body).toContain('flush    PUT or POST /-/flush\nstop     PUT or POST /-/quit\n');
});
