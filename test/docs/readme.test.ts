// README against the program: what can be configured, counted, logged and answered is in it, with the right defaults,
// and nothing else.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatPath } from '../../src/config/config-error.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-variables.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { PUSH_ANSWERS } from '../../src/intake/push-outcome.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { codeOf, readDocument, section, tableRows } from './markdown.ts';
import { pageNames } from './pages/page.ts';

const README = readDocument('README.md');

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

/** Every key that holds a value, with its default as README writes it. */
function keysOf(schema: Schema, path = ''): [string, string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]): [string, string][] => {
    const key = path === '' ? name : `${path}.${name}`;
    if (child.properties) return keysOf(child, key);
    if (child.items?.properties) return keysOf(child.items, `${key}[]`);
    return [[key, shownDefault(child.default, schema.required?.includes(name) === true)]];
  });
}

function shownDefault(value: unknown, isRequired: boolean): string {
  if (value === undefined) return isRequired ? 'required' : 'none';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** The first cells of a section's table, code without its backticks. */
function namesIn(title: string, column = 0): string[] {
  return tableRows(section(README, title)).flatMap((cells) => codeOf(cells[column]) ?? []);
}

async function metricNames(): Promise<string[]> {
  const metrics = new Metrics({ version: '0', backends: ['a'] });
  metrics.observeQueues(() => [
    { backend: 'a', bytes: 0, limitBytes: 1, oldestAgeMs: 0, requestsInFlight: 0 },
  ]);
  metrics.observeBacklogs(() => []);
  metrics.addSpool().observe(() => ({ bytes: 0, limitBytes: 1, isUsable: true }));
  metrics.observeWaitingPushes(() => 0);
  const text = await metrics.text();
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
}

/** The event names that the program's files of events log. */
function loggedEvents(): Set<string> {
  const names = ['delivery-events', 'intake-events', 'spool-events'].flatMap((file) => {
    const source = readFileSync(new URL(`../../src/telemetry/${file}.ts`, import.meta.url), 'utf8');
    return [...source.matchAll(/#log(?:\.\w+|AtMost)\([^;]*?'(\w+)',?\s*\);/g)].map(([, name = '']) => name);
  });
  return new Set(names);
}

it('the configuration table has every key with its default, and no other', () => {
  const shown = tableRows(section(README, 'Configuration')).map(([key, value]) => [codeOf(key), value]);
  const wanted = keysOf(configJsonSchema() as Schema);
  expect(wanted.length).toBeGreaterThan(45);
  expect(shown).toEqual(wanted);
});

it('the table of environment variables has each with the key it sets, and no other', () => {
  const rows = tableRows(section(README, 'Environment variables'));
  const shown = rows.map(([name, key]) => [codeOf(name), codeOf(key)]);
  expect(shown).toEqual(ENVIRONMENT_VARIABLES.map(({ name, path }) => [name, formatPath(path)]));
});

it('every metric of the program is in it, and its table has no other', async () => {
  const names = await metricNames();
  const text = section(README, 'Metrics');
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  const listed = [...text.matchAll(/`((?:sluice|process|nodejs)_[a-z_]+)`/g)].map(([, name]) => name);
  expect(listed.filter((name) => !names.includes(name ?? ''))).toEqual([]);
});

// `helm test` pushes one of its own.
it('every metric of Sluice that any page names is one of the program', async () => {
  const names = new Set(
    (await metricNames()).flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]),
  );
  const named = pageNames().flatMap((page) =>
    [...readDocument(page).matchAll(/`(sluice_(?!helm_test_)[a-z_]+)/g)].map(
      ([, name = '']) => `${page}: ${name}`,
    ),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((one) => !names.has(one.split(': ')[1] ?? ''))).toEqual([]);
});

it('every answer to a push is in the status table, and no other', () => {
  const rows = tableRows(section(README, 'Push contract')).filter(([first = '']) => /^\d{3}/.test(first));
  const shown = rows.map(([status, reason]) => `${status?.slice(0, 3)} ${codeOf(reason)}`);
  expect(shown).toEqual(PUSH_ANSWERS.map(({ status, reason }) => `${status} ${reason}`));
});

it('every log event is in the table of events, and no other', () => {
  expect(loggedEvents().size).toBeGreaterThan(10);
  expect(new Set(namesIn('Log'))).toEqual(loggedEvents());
});
