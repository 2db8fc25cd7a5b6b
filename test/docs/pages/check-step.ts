// What can be checked of a block without running it: configurations can be used, manifests can be read, quoted files say so.
import { existsSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../../src/config/load-config.ts';
import { ROOT } from './page.ts';
import type { Step } from './steps.ts';

export function checkStep({ block, treatment }: Step): void {
  const { at, text } = block;
  switch (treatment.kind) {
    case 'configuration':
      return checkConfiguration(at, text);
    case 'manifest':
      return checkManifests(at, text);
    case 'chartValues':
      return checkChartValues(at, text);
    case 'json':
      return void JSON.parse(text);
    case 'from':
      return checkQuote(at, text, treatment.path);
    case 'run':
    case 'frame':
    case 'module':
    case 'output':
    case 'file':
    case 'notRun':
      return;
  }
}

/** A part of a configuration is completed by a backend, variables without a default by values. */
function checkConfiguration(at: string, text: string): void {
  const whole = /^remoteWrite:/m.test(text)
    ? text
    : `${text}\nremoteWrite: [{ url: "https://metrics.example.com/w" }]\n`;
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const stand = (name: string) =>
    name.endsWith('URL') ? 'https://metrics.example.com/api/v1/write' : 'value';
  parseConfig(whole, at, Object.fromEntries(names.map((name) => [name, stand(name)])));
}

interface Manifest {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown };
  /** Of a Compose file. */
  readonly services?: unknown;
  /** Of a ConfigMap. */
  readonly data?: Readonly<Record<string, string>>;
}

function checkManifests(at: string, text: string): void {
  for (const document of parseAllDocuments(text)) {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw new SyntaxError(`Cannot read ${at}: ${problem.message}`);
    const manifest = document.toJS() as Manifest;
    const isNamed =
      manifest.apiVersion !== undefined && manifest.kind !== undefined && manifest.metadata !== undefined;
    if (!isNamed && manifest.services === undefined)
      throw new SyntaxError(
        `Cannot read ${at}: expected apiVersion, kind and metadata, found ${Object.keys(manifest)}`,
      );
    if (manifest.kind !== 'ConfigMap') continue;
    for (const [file, config] of Object.entries(manifest.data ?? {}))
      if (/^remoteWrite:/m.test(config)) checkConfiguration(`${at} (${file})`, config);
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Every key that a page sets is one of the chart's; if the chart has an empty map or list, any key is allowed. */
function checkChartValues(at: string, text: string): void {
  const chart = parse(readFileSync(new URL('charts/sluice/values.yaml', ROOT), 'utf8')) as Values;
  const shown = parse(text) as Values;
  const unknown = unknownKeys(shown, chart);
  if (unknown.length > 0)
    throw new SyntaxError(`Cannot use ${at}: expected values of the chart, found ${unknown}`);
}

function unknownKeys(shown: Values, known: Values, path = ''): string[] {
  return Object.entries(shown).flatMap(([key, value]) => {
    if (!(key in known)) return [`${path}${key}`];
    const inner = known[key];
    const isOpen = !isMap(inner) || Object.keys(inner).length === 0 || key === 'config';
    return isMap(value) && !isOpen ? unknownKeys(value, inner, `${path}${key}.`) : [];
  });
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The lines follow each other in the file, indented by any number of spaces. */
function checkQuote(at: string, text: string, path: string): void {
  const url = new URL(path, ROOT);
  if (!existsSync(url)) throw new Error(`Cannot check ${at}: expected the file ${path}, found none`);
  if (!unindented(readFileSync(url, 'utf8')).includes(unindented(text)))
    throw new Error(`Cannot check ${at}: expected lines of ${path}, found others`);
}

function unindented(text: string): string {
  return text.replace(/^[ \t]+/gm, '');
}
