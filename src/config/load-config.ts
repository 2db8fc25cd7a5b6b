// From the configuration file to a checked Config: YAML, then variables, then the schema.
// Invariant: whatever the text, the only error is a ConfigError, and it names every problem at once.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isScalar } from 'yaml';
import { type CheckedConfig, type CheckIssue, type ConfigDefaults, checkConfig } from './check-config.ts';
import type { Config } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type DocumentExpansion, type Environment, expandDocument } from './expand-variables.ts';
import { describeYamlFailure, locate, PROTO_KEY, parseYaml, type YamlSource } from './yaml-source.ts';

/** A configuration is a page, not a data set. */
const MAX_FILE_BYTES = 256 * 1024;

/** Reads and checks the file at `path`; throws ConfigError. `defaults` are as of `checkConfig`. */
export function loadConfig(path: string, env: Environment, defaults?: ConfigDefaults): Config {
  return parseConfig(readText(path), path, env, defaults);
}

/** Checks `text`. Messages name `file`, and relative file paths start at its folder. Throws ConfigError. */
export function parseConfig(text: string, file: string, env: Environment, defaults?: ConfigDefaults): Config {
  const { source, problems, isSound } = parseYaml(text);
  if (!isSound) throw new ConfigError(file, problems);
  const expansion = expandDocument(source.document, env);
  const checked = checkDocument(source, expansion, { file, defaults });
  for (const { path, problem } of expansion.refused.values()) {
    problems.push(problemAt(source, path, problem));
  }
  if (checked.kind === 'invalid') problems.push(...findProblems(checked.issues, source, expansion));
  if (checked.kind === 'invalid' || problems.length > 0) throw new ConfigError(file, problems);
  return checked.config;
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code = 'an unknown error' } = cause as NodeJS.ErrnoException;
    const text = `Cannot read the configuration: expected a readable file, found ${code}`;
    throw new ConfigError(path, [{ path: [], text }], { cause });
  }
  if (bytes.length > MAX_FILE_BYTES)
    throw unreadable(path, `at most ${MAX_FILE_BYTES} bytes, found ${bytes.length}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(path, 'UTF-8 text, found other bytes');
  }
}

function unreadable(path: string, expectedAndFound: string): ConfigError {
  return new ConfigError(path, [
    { path: [], text: `Cannot read the configuration: expected ${expectedAndFound}` },
  ]);
}

/** A key that wants text takes a plain variable's text as it is: a token of digits is no number. */
function checkDocument(
  source: YamlSource,
  expansion: DocumentExpansion,
  { file, defaults }: { readonly file: string; readonly defaults: ConfigDefaults | undefined },
): CheckedConfig {
  const check = () => checkConfig(plainValue(source, file), dirname(file), defaults);
  const checked = check();
  if (checked.kind === 'valid') return checked;
  let hasChanged = false;
  for (const { path, wantsText } of checked.issues) {
    const { node } = locate(source, path);
    if (!wantsText || !isScalar(node)) continue;
    const text = expansion.plainTexts.get(node);
    if (text === undefined) continue;
    node.value = text;
    hasChanged = true;
  }
  return hasChanged ? check() : checked;
}

/** An empty file is an empty mapping, so that the message is about what is missing. */
function plainValue({ document }: YamlSource, file: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw new ConfigError(file, [{ path: [], text: describeYamlFailure(error) }]);
  }
}

/** What a refused variable would have been is unknown, so nothing else is said about its value. */
function findProblems(
  issues: readonly CheckIssue[],
  source: YamlSource,
  { refused }: DocumentExpansion,
): ConfigProblem[] {
  return issues
    .filter(({ path }) => {
      if (path.at(-1) === PROTO_KEY) return false;
      const { node } = locate(source, path);
      return !(isScalar(node) && refused.has(node));
    })
    .map(({ path, text }) => problemAt(source, path, text));
}

function problemAt(source: YamlSource, path: ConfigProblem['path'], text: string): ConfigProblem {
  const { line, column } = locate(source, path);
  return { line, column, path, text };
}
