// A backend's configuration for tests: fast and small, and only what a test is about said in it.
import type { BackendConfig, QueueConfig, TlsConfig } from '../../src/config/config.ts';

type Overrides = Partial<Omit<BackendConfig, 'queueConfig' | 'tlsConfig'>> & {
  readonly queueConfig?: Partial<QueueConfig>;
  readonly tlsConfig?: Partial<TlsConfig>;
};

export function backendConfig(url: string, overrides: Overrides = {}): BackendConfig {
  return {
    name: 'primary',
    url,
    required: true,
    allowInsecureHTTP: false,
    remoteTimeout: 60_000,
    messageVersion: 'V1.0',
    messageVersionFallback: true,
    sendExemplars: true,
    sendNativeHistograms: true,
    sendClassicHistograms: false,
    headers: {},
    proxyFromEnvironment: false,
    proxyConnectHeader: {},
    ...overrides,
    tlsConfig: { minVersion: 'TLS12', insecureSkipVerify: false, ...overrides.tlsConfig },
    queueConfig: {
      shards: 1,
      maxSamplesPerSend: 2000,
      maxRequestBytes: 1024 * 1024,
      batchSendDeadline: 5,
      maxQueueSize: 64 * 1024 * 1024,
      minBackoff: 2,
      maxBackoff: 20,
      maxRetryAfter: 3000,
      retryOnNotFound: true,
      sampleAgeLimit: 0,
      ...overrides.queueConfig,
    },
    writeRelabelConfigs: overrides.writeRelabelConfigs ?? [],
  };
}
