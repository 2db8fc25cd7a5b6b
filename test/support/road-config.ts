// Configurations in the shape of the file: the base that the checks of the road start from, with short times.

export type Fields = Readonly<Record<string, unknown>>;

export interface BackendFields extends Fields {
  readonly queueConfig?: Fields;
}

/** A backend: one shard, short waits, nothing too old. */
export function backendFields(url: string, overrides: BackendFields = {}): Fields {
  return {
    name: 'primary',
    url,
    remoteTimeout: '1m',
    ...overrides,
    queueConfig: {
      shards: 1,
      batchSendDeadline: '10ms',
      minBackoff: '5ms',
      maxBackoff: '40ms',
      maxRetryAfter: '3s',
      sampleAgeLimit: 0,
      ...overrides.queueConfig,
    },
  };
}

/** Sends to `url`, or to each of the backends. */
export function roadConfig(to: string | readonly Fields[], overrides: Fields = {}): Fields {
  return {
    listenAddress: '127.0.0.1:0',
    shutdownTimeout: '200ms',
    remoteWrite: typeof to === 'string' ? [backendFields(to)] : to,
    ...overrides,
  };
}
