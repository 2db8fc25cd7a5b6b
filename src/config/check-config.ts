// Checks a plain value of the file's shape against the schema, after filling in defaults. The validator's own messages are
// translated only here. Invariant: no message shows a value of a key that may hold a secret.
import { dirname } from 'node:path';
import type * as z from 'zod';
import type { Config } from './config.ts';
import { ConfigError, type ConfigPath } from './config-error.ts';
import { describeKind, describeValue } from './describe-value.ts';
import { configSchema } from './schema/config-schema.ts';

export interface CheckIssue {
  readonly path: ConfigPath;
  readonly text: string;
  /** The key wants text and has something else. */
  readonly wantsText: boolean;
}

export type CheckedConfig =
  | { readonly kind: 'valid'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly issues: readonly CheckIssue[] };

/** Relative file paths in `value` start at `folder`. `defaults` win over those of the schema. */
export function checkConfig(configured: unknown, folder: string, defaults?: ConfigDefaults): CheckedConfig {
  const value = defaults === undefined ? configured : withDefaults(configured, defaults);
  // Compiling the checks costs more than it saves for a single run.
  const result = configSchema(folder).safeParse(value, { jitless: true });
  if (result.success) return { kind: 'valid', config: result.data };
  return { kind: 'invalid', issues: result.error.issues.flatMap((issue) => describeIssue(issue, value)) };
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): CheckIssue[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  if (issue.code === 'unrecognized_keys') {
    const lines = issue.message.split('\n');
    return issue.keys.map((key, at) => ({ path: [...path, key], text: lines[at] ?? '', wantsText }));
  }
  return [{ path, text: sentence(issue, valueAt(root, path)), wantsText }];
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}, found ${describeValue(value)}`;
    case 'invalid_type':
      return `expected ${wantedType(issue)}, found ${foundInPlace(issue, value)}`;
    case 'too_small':
      return `expected ${issue.message}, found ${Array.isArray(value) && value.length === 0 ? 'none' : describeValue(value)}`;
    default:
      return `expected ${issue.message}, found ${describeValue(value)}`;
  }
}

/** Text is shown only if a boolean or a number is wanted. Any other text may be a token. */
function foundInPlace({ expected }: z.core.$ZodIssueInvalidType, value: unknown): string {
  if (expected !== 'boolean' && expected !== 'number' && expected !== 'int') return describeKind(value);
  return typeof value === 'string' && value !== ''
    ? `the text ${describeValue(value)}`
    : describeValue(value);
}

function wantedType({ expected, message }: z.core.$ZodIssueInvalidType): string {
  if (expected === 'object' || expected === 'record') return 'a mapping of keys';
  if (expected === 'boolean') return 'true or false';
  return message.startsWith('Invalid input') ? 'a list' : message;
}

function oneOf(values: readonly unknown[]): string {
  if (values.length === 1) return `${String(values[0])}, which is all that this version of Sluice supports`;
  return `one of ${values.map(String).join(', ')}`;
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

export type ConfigDefaults = Readonly<Record<string, unknown>>;

/** `value`, with missing keys filled in from `defaults`. The one item of a list of defaults applies to every item. */
export function withDefaults(value: unknown, defaults: unknown): unknown {
  if (Array.isArray(defaults)) {
    return Array.isArray(value) ? value.map((item) => withDefaults(item, defaults[0])) : value;
  }
  if (!isMapping(defaults) || (value !== undefined && !isMapping(value))) return value ?? defaults;
  const merged: Record<string, unknown> = { ...value };
  for (const [key, below] of Object.entries(defaults)) {
    const filled = withDefaults(merged[key], below);
    if (filled !== undefined) merged[key] = filled;
  }
  return merged;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Checks an object of the file's shape as the file is checked; variables are not expanded. Throws ConfigError.
 * Relative file paths start at the folder of `file`, or at the working directory without one.
 */
export function configFromObject(value: unknown, options: { readonly file?: string } = {}): Config {
  const checked = checkConfig(value, dirname(options.file ?? ''));
  if (checked.kind === 'valid') return checked.config;
  const problems = checked.issues.map(({ path, text }) => ({ path, text }));
  throw new ConfigError(options.file ?? 'configuration', problems);
}
