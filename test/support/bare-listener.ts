// The HTTP listener alone, before a service of the test's own making.
import { onTestFinished } from 'vitest';
import type { ServerConfig } from '../../src/config/config.ts';
import { OpenPushes } from '../../src/intake/http/open-requests.ts';
import { Listener, type ListenerDeps } from '../../src/intake/listener.ts';
import { Lifecycle, type LifecycleDeps } from '../../src/intake/operations/lifecycle.ts';
import { Operations, type OperationsDeps } from '../../src/intake/operations/operations.ts';
import { whereToPush } from '../../src/intake/paths/path-hints.ts';
import { Routes } from '../../src/intake/paths/routes.ts';
import { LargePushQueue } from '../../src/intake/push/large-push-queue.ts';
import { MemoryBudget } from '../../src/intake/push/memory-budget.ts';
import type { PushExchangeDeps } from '../../src/intake/push/push-exchange.ts';
import { LayoutNumbers } from '../../src/labels/fixed-labels.ts';
import { systemClock } from '../../src/telemetry/clock.ts';
import type { IntakeEvents, PushAnswered } from '../../src/telemetry/events.ts';

type Service = PushExchangeDeps['service'];

export interface BareListenerOptions {
  readonly encodingOf?: Service['encodingOf'];
  readonly accept?: Service['accept'];
  readonly routes?: ListenerDeps['routes'];
  readonly onDelete?: ListenerDeps['rules']['onDelete'];
  readonly operations?: Partial<OperationsDeps>;
  readonly lifecycle?: Partial<LifecycleDeps>;
  readonly server?: Partial<ServerConfig>;
  readonly maxBodyBytes?: number;
  readonly budget?: MemoryBudget;
  readonly openPushes?: OpenPushes;
}

export interface BareListener {
  readonly address: string;
  readonly listener: Listener;
  /** The pushes that have ended, in order. */
  readonly answered: readonly PushAnswered[];
  readonly faults: readonly unknown[];
}

const SERVER: ServerConfig = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  maxConnections: 10_000,
};

/** Closed after the test. */
export async function startListener(options: BareListenerOptions = {}): Promise<BareListener> {
  const answered: PushAnswered[] = [];
  const faults: unknown[] = [];
  const place = { enabled: true, pathPrefixes: ['/pushgateway'], utf8Names: false, defaults: {} };
  const metrics = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'up 1\n' };
  const openPushes = options.openPushes ?? new OpenPushes();
  const listener = new Listener(
    { ...SERVER, ...options.server },
    {
      routes: options.routes ?? new Routes(place, new LayoutNumbers()),
      rules: { onDelete: options.onDelete ?? 'reject', whereToPush: whereToPush(place) },
      operations: new Operations({
        notReady: () => undefined,
        troubles: () => [],
        metrics,
        statusText: () => '{}\n',
        pushPath: '/pushgateway/metrics',
        hasLifecycle: false,
        ...options.operations,
      }),
      lifecycle: new Lifecycle({
        isEnabled: false,
        flush: async () => ({ remainingSamples: 0 }),
        quit: () => undefined,
        maxWaitMs: 10_000,
        clock: systemClock(),
        openPushes,
        ...options.lifecycle,
      }),
      exchange: {
        service: {
          encodingOf: options.encodingOf ?? (() => 'identity'),
          accept: options.accept ?? (() => ({ kind: 'accepted', sampleCount: 1 })),
        },
        budget: options.budget ?? new MemoryBudget(1 << 27),
        events: eventsInto(answered, faults),
        largePushes: new LargePushQueue(),
        openPushes,
        maxBodyBytes: options.maxBodyBytes ?? 1 << 24,
        monotonicMs: () => performance.now(),
      },
    },
  );
  const { address, port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => listener.close());
  return { address: `${address}:${port}`, listener, answered, faults };
}

function eventsInto(answered: PushAnswered[], faults: unknown[]): IntakeEvents {
  return {
    pushAnswered: (push) => answered.push(push),
    fault: (error) => faults.push(error),
    timestampsAdvanced: () => undefined,
    staleMarked: () => undefined,
    staleGroupForgotten: () => undefined,
    pushRelabelDropped: () => undefined,
    configurationWarning: () => undefined,
    starting: () => undefined,
    listening: () => undefined,
    stopping: () => undefined,
    stopped: () => undefined,
  };
}
