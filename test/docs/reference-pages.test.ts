// The reference pages against the program: what can be configured, counted, logged and answered is on them, with the right
// defaults, and nothing else.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationPage } from '../../scripts/configuration-page.ts';
import { formatPath } from '../../src/config/config-error.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-variables.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { PUSH_ANSWERS } from '../../src/intake/outcome/push-outcome.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { codeOf, readDocument, section, tableRows } from './markdown.ts';
import { pageNames } from './pages/page.ts';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

/** Every key that holds a value, with its default as the page writes it. */
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

/** Every key in the tables of a page, below the headings that name its mapping, with its default. */
function keysOnPage(page: string): [string, string][] {
  return page.split(/^## /m).flatMap((text): [string, string][] => {
    const mapping = /^`(.*)`$/m.exec(text.split('\n')[0] ?? '')?.[1];
    const [, earlier] = /^The keys are those of `(.*)`\.$/m.exec(text) ?? [];
    const keys = earlier === undefined ? rowsOf(text) : rowsOf(section(page, `\`${escaped(earlier)}\``));
    return keys.map(([key, value]) => [mapping === undefined ? key : `${mapping}.${key}`, value]);
  });
}

function rowsOf(text: string): [string, string][] {
  return tableRows(text).map(([key, , value = '']) => [codeOf(key) ?? '', value]);
}

function escaped(text: string): string {
  return text.replace(/[[\].]/g, '\\$&');
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

it('the configuration page is the one that `npm run schema` writes', () => {
  expect(readDocument('docs/configuration.md')).toBe(configurationPage());
});

it('the configuration page has every key with its default, and no other', () => {
  const wanted = keysOf(configJsonSchema() as Schema);
  expect(wanted.length).toBeGreaterThan(45);
  expect(keysOnPage(readDocument('docs/configuration.md')).sort()).toEqual(wanted.sort());
});

it('the table of environment variables has each with the key it sets, and no other', () => {
  const rows = tableRows(section(readDocument('docs/environment.md'), 'Variables'));
  const shown = rows.map(([name, key]) => [codeOf(name), codeOf(key)]);
  expect(shown).toEqual(ENVIRONMENT_VARIABLES.map(({ name, path }) => [name, formatPath(path)]));
});

it('the metrics page has every metric of the program, and no other', async () => {
  const names = await metricNames();
  const text = readDocument('docs/metrics.md');
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

it('the status table has every answer to a push, and no other', () => {
  const rows = tableRows(section(readDocument('docs/push-api.md'), 'Status codes'));
  const shown = rows.map(([status, reason]) => `${status?.slice(0, 3)} ${codeOf(reason)}`);
  expect(shown).toEqual(PUSH_ANSWERS.map(({ status, reason }) => `${status} ${reason}`));
});

it('the table of events has every log event, and no other', () => {
  expect(loggedEvents().size).toBeGreaterThan(10);
  const names = tableRows(readDocument('docs/log-events.md')).flatMap(([name]) => codeOf(name) ?? []);
  expect(new Set(names)).toEqual(loggedEvents());
});
