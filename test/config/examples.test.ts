// The example files: valid, complete, and startable with environment variables alone.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { configFromObject } from '../../src/config/check-config.ts';
import type { Config } from '../../src/config/config.ts';
import { configWarnings } from '../../src/config/config-warnings.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const ROOT = new URL('../../', import.meta.url);
const EXAMPLES = [
  'collector.yaml',
  ...readdirSync(new URL('config', ROOT))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `config/${name}`),
];
const ENV = { LISTEN_ADDRESS: '127.0.0.1:0', REMOTE_WRITE_URL: 'https://127.0.0.1:9/api/v1/write' };

function load(name: string, env: Record<string, string>): Config {
  return loadConfig(fileURLToPath(new URL(name, ROOT)), env);
}

describe.each(EXAMPLES)('%s', (name) => {
  it('starts with LISTEN_ADDRESS and REMOTE_WRITE_URL alone', () => {
    const config = load(name, ENV);
    expect(config.listenAddress).toEqual({ host: '127.0.0.1', port: 0 });
    expect(config.remoteWrite[0]?.url).toBe(ENV.REMOTE_WRITE_URL);
    expect(configWarnings(config)).toEqual([]);
  });

  it('takes the token from REMOTE_WRITE_TOKEN_FILE if it has one', () => {
    const [backend] = load(name, { ...ENV, REMOTE_WRITE_TOKEN_FILE: '/run/token' }).remoteWrite;
    if (backend?.authorization !== undefined)
      expect(backend.authorization.credentialsFile).toBe('/run/token');
  });

  it('fits the JSON Schema that its first line names', () => {
    const text = readFileSync(new URL(name, ROOT), 'utf8');
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    const schema = JSON.parse(readFileSync(new URL(path, new URL(name, ROOT)), 'utf8'));
    expect(schema).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
    expect(z.fromJSONSchema(schema).safeParse(parse(text)).error).toBeUndefined();
  });
});

it('there is an example for each use', () => {
  expect(EXAMPLES).toEqual([
    'collector.yaml',
    'config/amazon-managed-prometheus.yaml',
    'config/durable.yaml',
    'config/kubernetes-service.yaml',
    'config/local-testing.yaml',
    'config/localhost-sidecar.yaml',
    'config/oauth2.yaml',
  ]);
});

it('collector.yaml shows every key', () => {
  const text = readFileSync(new URL('collector.yaml', ROOT), 'utf8');
  const keys = new Set<string>();
  collectKeys(configJsonSchema(), keys);
  const missing = [...keys].filter(
    (key) => !new RegExp(`(?:^|[\\s#{,])${key}:`, 'm').test(text) && !text.includes(`or ${key}`),
  );
  expect(missing).toEqual([]);
});

it('collector.yaml shows the defaults', () => {
  const config = load('collector.yaml', {});
  const defaults = configFromObject({ remoteWrite: [{ url: 'https://metrics.example.com/api/v1/write' }] });
  expect({ ...config, labels: undefined, remoteWrite: undefined }).toEqual({
    ...defaults,
    labels: undefined,
    remoteWrite: undefined,
  });
  const { authorization: _, name: _name, headers: _headers, ...shown } = config.remoteWrite[0]!;
  const { name: _default, headers: _none, ...expected } = defaults.remoteWrite[0]!;
  expect(shown).toEqual(expected);
});

function collectKeys(schema: unknown, keys: Set<string>): void {
  const { properties = {}, items } = schema as { properties?: Record<string, unknown>; items?: unknown };
  if (items !== undefined) collectKeys(items, keys);
  for (const [key, child] of Object.entries(properties)) {
    keys.add(key);
    collectKeys(child, keys);
  }
}
