import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const PUBLISHED = new URL('../../config/collector.schema.json', import.meta.url);

type Node = { [key: string]: unknown };

/** Every property with its path, mappings and lists followed. */
function properties(schema: unknown, path = ''): [string, Node][] {
  const { properties: own = {}, items } = schema as { properties?: Record<string, Node>; items?: Node };
  const below = items === undefined ? [] : properties(items, `${path}[]`);
  return Object.entries(own)
    .flatMap(([key, child]): [string, Node][] => [
      [`${path}.${key}`, child],
      ...properties(child, `${path}.${key}`),
    ])
    .concat(below);
}

it('the published JSON Schema is current (npm run schema writes it)', () => {
  expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toBe(readFileSync(PUBLISHED, 'utf8'));
});

it('every key of the JSON Schema is described', () => {
  const all = properties(configJsonSchema());
  expect(all.length).toBeGreaterThan(50);
  for (const [path, schema] of all) expect([path, typeof schema.description]).toEqual([path, 'string']);
});

it('every mapping of the JSON Schema with named keys refuses others', () => {
  for (const [path, schema] of properties(configJsonSchema())) {
    if ('properties' in schema) expect([path, schema.additionalProperties]).toEqual([path, false]);
  }
});

function judged(text: string): boolean {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(configJsonSchema())));
  return schema.safeParse(parse(text)).success;
}

it('the JSON Schema takes what the program takes', () => {
  const backend = 'remoteWrite: [{ url: "https://h/w" }]';
  for (const text of [
    backend,
    `listenAddress: ":3030"\n${backend}`,
    `listenAddress: "[::1]:0"\n${backend}`,
    `shutdownTimeout: 0\n${backend}`,
    `shutdownTimeout: 1m30s\n${backend}`,
    `push: { pushgateway: { enabled: "\${E}", maxBodySize: 1000, maxDecodedSize: 64MiB, pathPrefixes: ["", /a] } }\n${backend}`,
    `labels: { defaults: { a: "\${X:}" } }\n${backend}`,
    `remoteWrite: [{ url: "\${URL}" }]`,
    `push: { pushgateway: { contentEncodings: [zstd, snappy], onDelete: ignore, pushTimeMetrics: true } }\n${backend}`,
    `push: { pushgateway: { contentEncodings: [], onDelete: "\${D:reject}" } }\n${backend}`,
    'remoteWrite: [{ url: "https://h/w", sendExemplars: false, sendNativeHistograms: true, sendClassicHistograms: true }]',
  ]) {
    expect([text, judged(text)]).toEqual([text, true]);
  }
});

it('the JSON Schema refuses what can be refused by shape', () => {
  const backend = 'remoteWrite: [{ url: "https://h/w" }]';
  for (const text of [
    '{}',
    'remoteWrite: []',
    'remoteWrite: [{}]',
    'remoteWrite: [{ url: "ftp://h" }]',
    `spool: {}\n${backend}`,
    `shutdownTimeout: 30\n${backend}`,
    `shutdownTimeout: 30x\n${backend}`,
    `push: { pushgateway: { maxBodySize: 16Mi } }\n${backend}`,
    `push: { pushgateway: { acknowledge: sent } }\n${backend}`,
    `push: { pushgateway: { maxWait: 5 } }\n${backend}`,
  ]) {
    expect([text, judged(text)]).toEqual([text, false]);
  }
});
