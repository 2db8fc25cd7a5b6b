// The shape of a checked configuration. Keys are those of the YAML file; sizes are bytes, durations milliseconds.
import type { Secret } from './secret.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface Config {
  /** An IPv6 host without its brackets, '' for every interface (`:3030`); port 0 for any free one. */
  readonly listenAddress: { readonly host: string; readonly port: number };
  readonly logging: { readonly level: LogLevel; readonly format: 'auto' | 'json' | 'pretty' };
  readonly server: ServerConfig;
  /** How long a stop still takes pushes, while it is not ready any more. */
  readonly shutdownDelay: number;
  /** How long a stop may take to deliver what is queued. */
  readonly shutdownTimeout: number;
  /** Whether requests may flush and stop it. */
  readonly enableLifecycle: boolean;
  readonly push: { readonly pushgateway: PushgatewayConfig };
  readonly labels: { readonly defaults: Readonly<Record<string, string>> };
  readonly metadataConfig: { readonly send: boolean; readonly sendInterval: number };
  readonly remoteWrite: readonly BackendConfig[];
  /** Absent: what is accepted is kept in memory only. */
  readonly spool?: SpoolConfig;
}

export interface SpoolConfig {
  /** Absolute. */
  readonly directory: string;
  /** Bytes on disk, delivered records in segments that are still needed included. */
  readonly maxSize: number;
}

export interface ServerConfig {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  readonly maxConnections: number;
}

export interface PushgatewayConfig {
  readonly enabled: boolean;
  /** Each '' or '/…' without a trailing slash. */
  readonly pathPrefixes: readonly string[];
  readonly acknowledge: 'queued' | 'stored' | 'delivered';
  /** How long a push may wait for its delivery; 0: none waits. */
  readonly maxWait: number;
  readonly maxWaitingPushes: number;
  /** `markStale` only with `staleness: onReplace`. */
  readonly onDelete: 'reject' | 'ignore' | 'markStale';
  readonly timestamps: 'honor' | 'reject' | 'ignore';
  /** Each once; gzip is always among them. */
  readonly contentEncodings: readonly ('gzip' | 'snappy' | 'zstd')[];
  readonly lineEndings: 'strict' | 'lenient';
  readonly bucketLabels: 'canonical' | 'openmetrics' | 'verbatim';
  readonly utf8Names: boolean;
  /** Whether each push adds `push_time_seconds`. */
  readonly pushTimeMetrics: boolean;
  /** Whether series that a push replaces get staleness markers, and the bound on what is remembered for it. */
  readonly staleness: 'off' | 'onReplace';
  readonly stalenessMaxMemory: number;
  readonly maxBodySize: number;
  readonly maxDecodedSize: number;
  /** Bound on the bytes of all bodies that are being received or decoded at one time. */
  readonly maxBufferedSize: number;
  /** For every series of a push, whatever the backend. */
  readonly metricRelabelConfigs: readonly RelabelConfig[];
}

export interface BackendConfig extends ProxyConfig {
  readonly name: string;
  /** The target exactly as configured; http or https. */
  readonly url: string;
  readonly allowInsecureHTTP: boolean;
  /** Whether pushes are refused while its queue is full, and `delivered` waits for it. */
  readonly required: boolean;
  readonly remoteTimeout: number;
  readonly messageVersion: 'V1.0' | 'V2.0';
  /** Whether a backend of V2.0 that does not know it is sent V1.0. */
  readonly messageVersionFallback: boolean;
  readonly sendExemplars: boolean;
  readonly sendNativeHistograms: boolean;
  /** Of a histogram that has a native part; the others are always sent as classic ones. */
  readonly sendClassicHistograms: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization?: AuthorizationConfig;
  readonly basicAuth?: BasicAuthConfig;
  readonly oauth2?: OAuth2Config;
  readonly sigv4?: SigV4Config;
  readonly tlsConfig: TlsConfig;
  readonly queueConfig: QueueConfig;
  /** For what this backend is sent. */
  readonly writeRelabelConfigs: readonly RelabelConfig[];
}

export interface AuthorizationConfig {
  readonly type: string;
  readonly credentials?: Secret;
  readonly credentialsFile?: string;
}

export interface BasicAuthConfig {
  readonly username?: string;
  readonly usernameFile?: string;
  readonly password?: Secret;
  readonly passwordFile?: string;
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export interface OAuth2Config extends ProxyConfig {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly clientSecretFile?: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly endpointParams: Readonly<Record<string, Secret>>;
  readonly tlsConfig: TlsConfig;
}

export interface SigV4Config {
  readonly region?: string;
  readonly service: string;
  readonly accessKey?: Secret;
  readonly secretKey?: Secret;
  readonly sessionToken?: Secret;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly externalId?: Secret;
}

export interface ProxyConfig {
  /** Scheme, user info, host and port. */
  readonly proxyUrl?: Secret;
  readonly noProxy?: string;
  readonly proxyFromEnvironment: boolean;
  readonly proxyConnectHeader: Readonly<Record<string, Secret>>;
}

export interface TlsConfig {
  /** PEM text; only set by the program itself (the development backend), never from the file. */
  readonly ca?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  readonly minVersion: 'TLS12' | 'TLS13';
  readonly insecureSkipVerify: boolean;
}

export interface QueueConfig {
  readonly shards: number;
  readonly maxSamplesPerSend: number;
  /** Bound on one request's body after compression. */
  readonly maxRequestBytes: number;
  readonly batchSendDeadline: number;
  readonly maxQueueSize: number;
  readonly minBackoff: number;
  readonly maxBackoff: number;
  /** Cap on the backend's Retry-After. */
  readonly maxRetryAfter: number;
  /** Whether 404 is retried, as 401 and 403 are. */
  readonly retryOnNotFound: boolean;
  /** 0 keeps samples for ever. */
  readonly sampleAgeLimit: number;
}

export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'hashmod'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase'
  | 'keepequal'
  | 'dropequal';

/** One rule, complete and in a combination that Prometheus takes. */
export interface RelabelConfig {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** RE2 syntax, without the anchors that it gets. */
  readonly regex: string;
  /** 0 for none. */
  readonly modulus: number;
  /** '' for none; a template for `replace`. */
  readonly targetLabel: string;
  readonly replacement: string;
}
