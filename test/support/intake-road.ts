// The road as the tests of the intake want it: requests as raw bytes in, and what was forwarded out.
import { metricValue } from './metric-value.ts';
import { RawConnection } from './raw-connection.ts';
import type { Fields } from './road-config.ts';
import { type Road, type RoadOptions, startRoad } from './road-setup.ts';

export const JOB_PATH = '/pushgateway/metrics/job/test';

export interface IntakeOptions extends RoadOptions {
  /** Of `push.pushgateway`. */
  readonly push?: Fields;
  readonly server?: Fields;
  readonly backend?: Fields;
}

export interface IntakeRoad extends Road {
  readonly address: string;
  connect(): Promise<RawConnection>;
  /** How many pushes ended with this status and reason. */
  counted(status: number, reason: string): Promise<number>;
  /** The names of the metrics that were forwarded, when the one pushed last has come through. */
  forwardedNames(): Promise<readonly string[]>;
}

export async function startIntake(options: IntakeOptions = {}): Promise<IntakeRoad> {
  const { push = {}, server = {}, config, ...others } = options;
  const road = await startRoad({ ...others, config: { push: { pushgateway: push }, server, ...config } });
  const { collector, receiver } = road;
  const { address } = collector;
  const counted = async (status: number, reason: string) =>
    metricValue(await collector.metrics(), `sluice_pushes_total{status="${status}",reason="${reason}"}`);
  const forwardedNames = async () => {
    // The same grouping key goes down the same lane: what was queued before arrives before.
    await road.pushed('last_of_all 1\n', JOB_PATH);
    const names = () => receiver.delivered.map(({ labels }) => new Map(labels).get('__name__') ?? '');
    await road.delivered(1);
    while (!names().includes('last_of_all')) await road.delivered(receiver.delivered.length + 1);
    return names().filter((name) => name !== 'last_of_all');
  };
  return { ...road, address, counted, forwardedNames, connect: () => RawConnection.open(address) };
}

/** A request as it is on the wire; each header is one line. */
export function requestText(
  requestLine: string,
  headers: readonly string[] = [],
  body: string | undefined = undefined,
): string {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[requestLine, ...headers, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** A push of `body` with a Content-Length. */
export function pushText(body: string, headers: readonly string[] = ['Host: x']): string {
  return requestText(`POST ${JOB_PATH} HTTP/1.1`, headers, body);
}
