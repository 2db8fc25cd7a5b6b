import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { configFromObject } from '../../src/config/check-config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig } from '../../src/config/load-config.ts';

const DEVELOPMENT = {
  listenAddress: '127.0.0.1:3030',
  remoteWrite: [{ name: 'development', url: 'https://127.0.0.1:9999/api/v1/write' }],
};

it('configFromObject refuses what parseConfig refuses, without places', () => {
  const wrong = { loging: {}, remoteWrite: [{ url: 'http://example.com/w', queueConfig: { shards: 0 } }] };
  expect(() => configFromObject(wrong, { file: 'development' })).toThrow(
    new ConfigError('development', [
      {
        path: ['remoteWrite', 0, 'queueConfig', 'shards'],
        text: 'expected a whole number from 1 to 64, found 0',
      },
      {
        path: ['remoteWrite', 0, 'url'],
        text: 'expected https:// (or allowInsecureHTTP: true on this backend), found http:// to example.com',
      },
      { path: ['loging'], text: 'unknown key, did you mean "logging"?' },
    ]),
  );
  expect(() => configFromObject(undefined)).toThrow(
    'configuration: expected a mapping of keys, found nothing',
  );
});

it('configFromObject gives the same configuration as the file of that shape', () => {
  expect(configFromObject(DEVELOPMENT)).toEqual(parseConfig(JSON.stringify(DEVELOPMENT), 'c.yaml', {}));
});

it('configFromObject leaves variables as they are and takes paths from the folder of its file', () => {
  const value = { ...DEVELOPMENT, labels: { defaults: { a: `\${A}` } } };
  expect(configFromObject(value).labels.defaults).toEqual({ a: `\${A}` });
  const withFile = { remoteWrite: [{ url: 'https://h/w', tlsConfig: { caFile: 'ca.pem' } }] };
  expect(configFromObject(withFile, { file: '/etc/sluice/x' }).remoteWrite[0]?.tlsConfig.caFile).toBe(
    '/etc/sluice/ca.pem',
  );
  expect(configFromObject(withFile).remoteWrite[0]?.tlsConfig.caFile).toBe(resolve('ca.pem'));
});

it('configFromObject fills in every default of the contract', () => {
  expect(configFromObject({ remoteWrite: [{ url: 'https://metrics.test/w' }] })).toEqual({
    listenAddress: { host: '0.0.0.0', port: 3030 },
    logging: { level: 'info', format: 'auto' },
    server: {
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 75_000,
      maxConnections: 10_000,
    },
    shutdownDelay: 0,
    shutdownTimeout: 10_000,
    enableLifecycle: false,
    push: {
      pushgateway: {
        enabled: true,
        pathPrefixes: ['/pushgateway'],
        acknowledge: 'queued',
        maxWait: 10_000,
        maxWaitingPushes: 10_000,
        onDelete: 'reject',
        timestamps: 'honor',
        contentEncodings: ['gzip'],
        lineEndings: 'strict',
        bucketLabels: 'canonical',
        utf8Names: false,
        pushTimeMetrics: false,
        staleness: 'off',
        stalenessMaxMemory: 33_554_432,
        maxBodySize: 16 * 2 ** 20,
        maxDecodedSize: 64 * 2 ** 20,
        maxBufferedSize: 128 * 2 ** 20,
        metricRelabelConfigs: [],
      },
    },
    labels: { defaults: {} },
    metadataConfig: { send: true, sendInterval: 60_000 },
    remoteWrite: [
      {
        name: 'metrics.test',
        url: 'https://metrics.test/w',
        required: true,
        allowInsecureHTTP: false,
        remoteTimeout: 30_000,
        messageVersion: 'V1.0',
        messageVersionFallback: true,
        sendExemplars: true,
        sendNativeHistograms: true,
        sendClassicHistograms: false,
        headers: {},
        tlsConfig: { minVersion: 'TLS12', insecureSkipVerify: false },
        proxyFromEnvironment: false,
        proxyConnectHeader: {},
        queueConfig: {
          shards: 4,
          maxSamplesPerSend: 2000,
          maxRequestBytes: 2 ** 20,
          batchSendDeadline: 1000,
          maxQueueSize: 64 * 2 ** 20,
          minBackoff: 30,
          maxBackoff: 5000,
          maxRetryAfter: 120_000,
          retryOnNotFound: true,
          sampleAgeLimit: 3_600_000,
        },
        writeRelabelConfigs: [],
      },
    ],
  });
});
