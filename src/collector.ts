// The composition root: builds the stations from the configuration, wires them, starts and stops them in road order.

import { buildStaleSeries } from './collector/build-stale-series.ts';
import { buildTranscoder } from './collector/build-transcoder.ts';
import { spoolOpener } from './collector/open-spool.ts';
import type { Config } from './config/config.ts';
import { configWarnings } from './config/config-warnings.ts';
import { Delivery, type FlushReport, type StopReport } from './delivery/delivery.ts';
import { OpenPushes } from './intake/http/open-requests.ts';
import { Listener } from './intake/listener.ts';
import { Lifecycle } from './intake/operations/lifecycle.ts';
import { Operations } from './intake/operations/operations.ts';
import { statusText } from './intake/operations/status-text.ts';
import { PUSH_ANSWERS } from './intake/outcome/push-outcome.ts';
import { whereToPush } from './intake/paths/path-hints.ts';
import { Routes } from './intake/paths/routes.ts';
import { LargePushQueue } from './intake/push/large-push-queue.ts';
import { MemoryBudget } from './intake/push/memory-budget.ts';
import { PushService } from './intake/push/push-service.ts';
import { ReceiptClock } from './intake/push/receipt-clock.ts';
import { Acknowledgements } from './intake/waiting/acknowledgement.ts';
import { WaitingPushes } from './intake/waiting/waiting-pushes.ts';
import { LayoutNumbers } from './labels/fixed-labels.ts';
import { type Clock, passed } from './telemetry/clock.ts';
import { LoggedDeliveryEvents } from './telemetry/delivery-events.ts';
import type { IntakeEvents } from './telemetry/events.ts';
import { LoggedIntakeEvents } from './telemetry/intake-events.ts';
import type { Log } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics.ts';

export interface CollectorDeps {
  readonly log: Log;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** Further limits on the waits of pushes, next to the configured one. */
  readonly waitLimits?: WaitLimits;
  /** Nothing acts on `quitAsked`. Default: false. */
  readonly ignoresQuit?: boolean;
}

/** Limits on the waits of pushes for their delivery, which may change at any time. */
export interface WaitLimits {
  /** The longest wait of a push that comes now; 0: it does not wait. */
  longestWaitMs(): number;
  /** A push has waited as long as it may and was not delivered. */
  waitTimedOut(): void;
}

/** The extra time for answers to leave after the time of a stop is over. */
const ANSWER_GRACE_MS = 1000;

export class Collector {
  readonly events: IntakeEvents;
  /** Resolves with the path when a request has asked for a stop. The caller then stops the collector. */
  readonly quitAsked: Promise<'/-/quit'>;
  readonly #config: Config;
  readonly #delivery: Delivery;
  readonly #listener: Listener;
  readonly #openPushes = new OpenPushes();
  readonly #waitingPushes: WaitingPushes;
  readonly #clock: Clock;
  readonly #waitLimits: WaitLimits | undefined;
  /** Shared, so that a second stop does not wait again. */
  #delayed: Promise<void> | undefined;
  #notReady: string | undefined = 'Cannot take pushes: not listening yet';

  /** Throws an Error that names the file if one for TLS or credentials cannot be used. Opens no port. */
  constructor(
    config: Config,
    { log, clock, random, version, waitLimits, ignoresQuit = false }: CollectorDeps,
  ) {
    const backends = config.remoteWrite.map(({ name }) => name);
    const metrics = new Metrics({ version, backends, pushAnswers: PUSH_ANSWERS });
    const userAgent = `sluice/${version}`;
    this.#config = config;
    this.#clock = clock;
    this.#waitLimits = waitLimits;
    this.events = new LoggedIntakeEvents(log, metrics, clock);
    const deliveryEvents = new LoggedDeliveryEvents(log, metrics, clock);
    const { utf8Names } = config.push.pushgateway;
    const deps = { events: deliveryEvents, clock, random, userAgent, utf8Names };
    const openLog = config.spool && spoolOpener(config.spool, { metrics, log, clock, random });
    this.#delivery = new Delivery(config.remoteWrite, deps, openLog);
    metrics.observeQueues(() => this.#delivery.readings());
    if (openLog !== undefined) metrics.observeBacklogs(() => this.#delivery.readings());
    this.#waitingPushes = new WaitingPushes(
      {
        maxPushes: config.push.pushgateway.maxWaitingPushes,
        hasSpool: config.spool !== undefined,
        onTimeout: waitLimits && (() => waitLimits.waitTimedOut()),
      },
      clock,
    );
    metrics.observeWaitingPushes(() => this.#waitingPushes.count);
    const quit = Promise.withResolvers<'/-/quit'>();
    this.quitAsked = quit.promise;
    const lifecycle = this.#buildLifecycle(ignoresQuit ? undefined : () => quit.resolve('/-/quit'));
    this.#listener = this.#buildListener(this.#buildOperations(metrics, version), lifecycle);
  }

  /**
   * Starts to take pushes; returns the address as bound, host and port. Rejects with an Error that names the address, or
   * the spool's directory if another program uses it.
   */
  async start(): Promise<string> {
    for (const warning of configWarnings(this.#config)) this.events.configurationWarning(warning);
    const { listenAddress } = this.#config;
    await this.#delivery.open();
    const { address, port, family } = await this.#listener.listen(listenAddress);
    this.#notReady = undefined;
    const bound = family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
    this.events.listening({ address: bound });
    return bound;
  }

  /**
   * Sends at once what was accepted before, and waits until the required backends have taken or refused all of it, or
   * `signal` aborts. A push counts once it is queued or, with a spool, offered to it. Never rejects.
   */
  flush(signal: AbortSignal): Promise<FlushReport> {
    return this.#delivery.flush(signal);
  }

  /** Requests of any kind: how many are open now, and how many there have been. */
  get requests(): { readonly open: number; readonly seen: number } {
    return this.#listener.activity;
  }

  /**
   * For when the program was held up for long, as by a freeze: requests from now on make new connections, and what gets no
   * answer over an old one in `graceMs` is tried again.
   */
  renewConnections(graceMs: number): void {
    this.#delivery.renewConnections(graceMs);
  }

  /**
   * Is not ready, and after the configured delay takes no pushes, delivers what is queued within its time, then closes
   * everything. Who gives a time of their own is in a hurry: then there is no delay.
   */
  async stop(timeoutMs?: number): Promise<StopReport> {
    this.#notReady = 'Cannot take pushes: Sluice is stopping';
    this.#listener.closeConnectionsAfterAnswers();
    const { shutdownDelay, shutdownTimeout } = this.#config;
    const stopMs = timeoutMs ?? shutdownTimeout;
    if (shutdownDelay > 0 && timeoutMs === undefined) {
      this.#delayed ??= passed(this.#clock, shutdownDelay);
      await this.#delayed;
    }
    const deadline = new AbortController();
    const answered = new AbortController();
    const timers = [
      this.#clock.setTimer(() => deadline.abort(), stopMs),
      this.#clock.setTimer(() => answered.abort(), stopMs + ANSWER_GRACE_MS),
    ];
    const report = await this.#delivery.stop(deadline.signal);
    this.#waitingPushes.leaveToSpool();
    await this.#openPushes.answered(answered.signal);
    for (const timer of timers) timer.cancel();
    await this.#listener.close();
    return report;
  }

  #buildOperations(metrics: Metrics, version: string): Operations {
    const config = this.#config;
    const { version: nodeVersion } = process;
    const startedAtMs = this.#clock.nowMs();
    const [prefix = ''] = config.push.pushgateway.pathPrefixes;
    return new Operations({
      notReady: () => this.#notReady,
      troubles: () => this.#delivery.troubles(),
      metrics,
      statusText: () => statusText({ version, nodeVersion, startedAtMs, config }),
      pushPath: `${prefix}/metrics`,
      hasLifecycle: config.enableLifecycle,
    });
  }

  #buildLifecycle(quit: (() => void) | undefined): Lifecycle {
    const { enableLifecycle, push } = this.#config;
    return new Lifecycle({
      isEnabled: enableLifecycle,
      flush: (signal) => this.flush(signal),
      quit,
      maxWaitMs: push.pushgateway.maxWait,
      clock: this.#clock,
      openPushes: this.#openPushes,
    });
  }

  #buildListener(operations: Operations, lifecycle: Lifecycle): Listener {
    const { push, labels, server } = this.#config;
    const { pushgateway } = push;
    const { events } = this;
    const clock = this.#clock;
    const receiptClock = new ReceiptClock(
      () => clock.nowMs(),
      () => events.timestampsAdvanced(1),
    );
    const largePushes = new LargePushQueue();
    const hasSpool = this.#config.spool !== undefined;
    const waitLimits = this.#waitLimits;
    const longestWaitMs = waitLimits && (() => waitLimits.longestWaitMs());
    const acknowledgements = new Acknowledgements({ ...pushgateway, hasSpool, longestWaitMs });
    const service = new PushService({
      config: pushgateway,
      transcoder: buildTranscoder(this.#config, events),
      staleSeries: buildStaleSeries(this.#config, events),
      delivery: this.#delivery,
      largePushes,
      receiptClock,
      acknowledgements,
      waitingPushes: this.#waitingPushes,
    });
    return new Listener(server, {
      routes: new Routes({ ...pushgateway, defaults: labels.defaults }, new LayoutNumbers()),
      rules: { onDelete: pushgateway.onDelete, whereToPush: whereToPush(pushgateway) },
      operations,
      lifecycle,
      exchange: {
        service,
        budget: new MemoryBudget(pushgateway.maxBufferedSize),
        largePushes,
        openPushes: this.#openPushes,
        events,
        maxBodyBytes: pushgateway.maxBodySize,
        monotonicMs: () => clock.monotonicMs(),
      },
    });
  }
}
