// Environment variables as an object of the configuration file's shape. Only their form is read here; the schema checks it.
// Invariant: no problem shows a value, which may be secret.
import type { ConfigProblem } from './config-error.ts';
import { ENVIRONMENT_VARIABLES, type EnvironmentVariable } from './environment-variables.ts';
import type { Environment } from './expand-variables.ts';

type Mapping = { [key: string | number]: unknown };

export interface EnvironmentObject {
  readonly value: Mapping;
  readonly problems: readonly ConfigProblem[];
}

export function environmentObject(env: Environment): EnvironmentObject {
  const value: Mapping = {};
  const problems: ConfigProblem[] = [];
  for (const variable of ENVIRONMENT_VARIABLES) {
    const text = setText(env, variable.name);
    if (text === undefined) continue;
    const problem = place(value, variable, text);
    if (problem !== undefined) problems.push({ path: [variable.name], text: problem });
  }
  return { value, problems };
}

/** An empty variable counts as not set: that is how compose files and templates leave one out. */
export function setText(env: Environment, name: string): string | undefined {
  const text = Object.hasOwn(env, name) ? env[name] : undefined;
  return text === '' ? undefined : text;
}

/** Returns what is wrong with the text, if anything. */
function place(root: Mapping, { path, form }: EnvironmentVariable, text: string): string | undefined {
  if (form !== 'pairs') {
    setAt(root, path, readScalar(form, text));
    return undefined;
  }
  const pairs = readPairs(text);
  if (typeof pairs === 'string') return pairs;
  setAt(root, path, pairs);
  return undefined;
}

function readScalar(form: 'text' | 'word' | 'flag', text: string): boolean | string {
  if (form === 'flag') return readFlag(text);
  return form === 'word' ? text.toLowerCase() : text;
}

/** Other text stays text, so that the schema says what it wants. */
function readFlag(text: string): boolean | string {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}

/** `name=value,name=value`; spaces around names and values are left out, a value may be empty and hold "=". */
function readPairs(text: string): Record<string, string> | string {
  const pairs = new Map<string, string>();
  for (const [at, piece] of text.split(',').entries()) {
    const equals = piece.indexOf('=');
    const name = piece.slice(0, Math.max(equals, 0)).trim();
    if (name === '')
      return `expected name=value pairs with commas between them, seen another text as pair ${at + 1}`;
    // A name that objects treat as one of their own would get lost without a word.
    if (name === '__proto__') return 'expected another name than __proto__, seen it';
    if (pairs.has(name)) return `expected each name once, seen ${JSON.stringify(name)} again`;
    pairs.set(name, piece.slice(equals + 1).trim());
  }
  return Object.fromEntries(pairs);
}

function setAt(root: Mapping, path: readonly (string | number)[], value: unknown): void {
  let parent = root;
  path.forEach((step, at) => {
    if (at === path.length - 1) parent[step] = value;
    else {
      parent[step] ??= typeof path[at + 1] === 'number' ? [] : {};
      parent = parent[step] as Mapping;
    }
  });
}
