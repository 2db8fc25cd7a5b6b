// The whole road inside the test: a Collector on a free port of loopback, with a clock and randomness of the test's own.

import { onTestFinished } from 'vitest';
import { Collector } from '../../src/collector.ts';
import { configFromObject } from '../../src/config/check-config.ts';
import type { LogLevel } from '../../src/config/config.ts';
import type { StopReport } from '../../src/delivery/delivery.ts';
import { type Clock, systemClock } from '../../src/telemetry/clock.ts';
import { type CapturedLog, captureLog } from './captured-log.ts';
import { FakeClock } from './fake-clock.ts';
import { type HttpAnswer, type Push, sendHttp, sendPush } from './http-client.ts';
import type { Fields } from './road-config.ts';
import { seededFractions } from './seeded-random.ts';

export interface RunningCollector {
  /** Host and port. */
  readonly address: string;
  readonly log: CapturedLog;
  push(body: string | Uint8Array, push?: Push): Promise<HttpAnswer>;
  get(target: string): Promise<HttpAnswer>;
  metrics(): Promise<string>;
  stop(): Promise<StopReport>;
}

export interface CollectorOptions {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly level?: LogLevel;
}

/** `config` is of the file's shape. Stopped after the test, whatever it came to. */
export async function startCollector(
  config: Fields,
  { clock = systemClock(), random = seededFractions(), level = 'debug' }: CollectorOptions = {},
): Promise<RunningCollector> {
  const log = captureLog(level);
  const checked = configFromObject(config);
  const collector = new Collector(checked, { log: log.log, clock, random, version: '0.0.0-test' });
  const stop = () => {
    const stopped = collector.stop();
    // A fake clock never reaches the deadline.
    if (clock instanceof FakeClock) clock.advance(checked.shutdownTimeout);
    return stopped;
  };
  const address = await collector.start();
  onTestFinished(async () => {
    await stop();
  });
  const get = (target: string) => sendHttp(address, { target });
  return {
    address,
    log,
    push: (body, push) => sendPush(address, body, push),
    get,
    metrics: async () => (await get('/metrics')).text,
    stop,
  };
}
