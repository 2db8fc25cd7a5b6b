// What the interop harness needs of a real push client: one folder per client, `clients/<id>/client.ts`, exports one of these.
// Each client pushes the same four metrics once, so that every client can be held against one expectation.

/** A value of the grouping key that clients put into the path in different ways. */
export type GroupingCase = 'plain' | 'slash' | 'space' | 'plus' | 'utf8' | 'empty';

export type MetricKind = 'counter' | 'gauge' | 'histogram' | 'summary';

/** What a client's user sees of an answer that refuses the push: its text, its status, or neither. */
export type ErrorShown = 'body' | 'status' | 'nothing';

export interface PushClient {
  readonly id: string;
  readonly title: string;
  /** Installs or builds what it needs; returns its version. Throws an Error saying what is missing. */
  prepare(): Promise<string>;
  /** What this client can express. */
  readonly groupings: readonly GroupingCase[];
  readonly kinds: readonly MetricKind[];
  /** Runs one push; `ok` is what the client itself reports, `error` the text that its user sees. */
  push(run: PushRun): Promise<ClientReport>;

  /** The format of its body, for the table. Default: text. */
  readonly format?: 'text' | 'protobuf' | 'openmetrics';
  /** The methods it can send. Default: both. */
  readonly verbs?: readonly PushRun['verb'][];
  /** True if the client writes a space of the path as "+", which stays a plus, as at Pushgateway. */
  readonly sendsSpaceAsPlus?: boolean;
  /** Default: body. */
  readonly shows?: ErrorShown;
  /** Names of series the client adds by itself; they may be there, other names may not. */
  readonly addedNames?: readonly string[];
  /** Of `push.pushgateway`: the settings that Sluice needs for this client. Default: nothing. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The quantiles of its summary, as written in the label. Default: none. */
  readonly quantiles?: Readonly<Record<string, number>>;
}

export interface PushRun {
  readonly baseUrl: string;
  /** PUT or POST as the client offers it. */
  readonly verb: 'push' | 'add';
  readonly job: string;
  readonly grouping: Readonly<Record<string, string>>;
}

export interface ClientReport {
  readonly ok: boolean;
  readonly error: string;
}
