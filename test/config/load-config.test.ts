import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig, parseConfig } from '../../src/config/load-config.ts';
import { BACKEND, problemsOf } from './problems-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function unreadable(name: string, text: string, bytes?: Uint8Array): void {
  const path = join(folder, name);
  if (bytes !== undefined) writeFileSync(path, bytes);
  expect(() => loadConfig(path, {})).toThrow(new ConfigError(path, [{ path: [], text }]));
}

describe('loadConfig', () => {
  it('refuses a file that cannot be read, is too large or is not UTF-8', () => {
    unreadable('missing.yaml', 'Cannot read the configuration: expected a readable file, found ENOENT');
    unreadable('', 'Cannot read the configuration: expected a readable file, found EISDIR');
    unreadable(
      'latin1.yaml',
      'Cannot read the configuration: expected UTF-8 text, found other bytes',
      Uint8Array.of(0xe4),
    );
    unreadable(
      'large.yaml',
      'Cannot read the configuration: expected at most 262144 bytes, found 262145',
      new Uint8Array(262_145).fill(0x20),
    );
  });

  it('reads a file and takes relative paths from its folder', () => {
    const path = join(folder, 'good.yaml');
    writeFileSync(
      path,
      `\ufeffremoteWrite:\r\n  - url: \${URL}\r\n    tlsConfig: { caFile: pki/ca.pem }\r\n`,
    );
    const [backend] = loadConfig(path, { URL: 'https://h.test/w' }).remoteWrite;
    expect(backend?.tlsConfig.caFile).toBe(join(folder, 'pki/ca.pem'));
    expect(backend?.url).toBe('https://h.test/w');
  });
});

describe('parseConfig', () => {
  it('names file, line, column and path of every problem, in the order of the file', () => {
    const text = [
      'logging: { level: panic }',
      'push:',
      '  pushgateway:',
      '    enabld: true',
      '    maxBodySize: 1MiB',
      '    utf8Names: 1',
      'remoteWrite:',
      '  - url: https://backend.test/w',
      '    remoteTimeout: 30',
      'azureAd: {}',
    ].join('\n');
    const error = captured(() => parseConfig(text, '/etc/sluice/collector.yaml', {}));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error.name).toBe('ConfigError');
    expect(error.message).toBe(
      [
        '/etc/sluice/collector.yaml:1:12: logging.level: expected one of trace, debug, info, warn, error, fatal, silent, found "panic"',
        '/etc/sluice/collector.yaml:4:5: push.pushgateway.enabld: unknown key, did you mean "enabled"?',
        '/etc/sluice/collector.yaml:6:5: push.pushgateway.utf8Names: expected true or false, found 1',
        '/etc/sluice/collector.yaml:9:5: remoteWrite[0].remoteTimeout: expected a duration from 1ms to 24d with a unit (d, h, m, s or ms) such as 30s, found 30',
        '/etc/sluice/collector.yaml:10:1: azureAd: not supported by this version of Sluice',
      ].join('\n'),
    );
    expect(error.problems[1]).toEqual({
      line: 4,
      column: 5,
      path: ['push', 'pushgateway', 'enabld'],
      text: 'unknown key, did you mean "enabled"?',
    });
  });

  it('says that remoteWrite is missing and how to run without one', () => {
    const expected =
      'remoteWrite: expected at least one backend to send to (for a trial with the embedded development backend run "sluice dev")';
    expect(problemsOf('')).toEqual([`1:1: ${expected}, found nothing`]);
    expect(problemsOf('# only a comment')).toEqual([`1:1: ${expected}, found nothing`]);
    expect(problemsOf('logging: { level: info }')).toEqual([`1:1: ${expected}, found nothing`]);
    expect(problemsOf('\nremoteWrite:')).toEqual([`2:1: ${expected}, found nothing`]);
    expect(problemsOf('remoteWrite: []')).toEqual([`1:1: ${expected}, found none`]);
    expect(problemsOf('remoteWrite: https://h')).toEqual([
      '1:1: remoteWrite: expected a list of backends, found text',
    ]);
  });

  it('refuses text that is not one YAML mapping', () => {
    expect(problemsOf('[1]')).toEqual(['1:1: expected a mapping of keys, found a list']);
    expect(problemsOf('text')).toEqual(['1:1: expected a mapping of keys, found text']);
    expect(problemsOf('a: 1\n---\nb: 2')).toEqual([
      '2:1: expected one YAML document, found a second one after "---"',
    ]);
    expect(problemsOf('a:\n\t- b')).toEqual(['2:1: expected spaces as indentation, found a tab']);
    expect(problemsOf('a: "b')).toEqual([
      '1:6: expected a complete YAML value, found the end of it with a character missing (a quote, bracket, comma, colon or space)',
    ]);
    expect(problemsOf('a: !!binary aGk=')).toEqual([
      '1:4: expected a value without a tag or with one that fits it, found another tag',
    ]);
    expect(problemsOf(`a: ${'['.repeat(5000)}`)[0]).toMatch(
      /^1:\d+: expected a few nested levels, found too many$/,
    );
  });

  it('refuses a repeated key and still checks the rest', () => {
    expect(problemsOf(`logging: { level: info }\n"logging": { level: no }${BACKEND}`)).toEqual([
      '2:1: expected each key once, found "logging" again',
      '2:14: logging.level: expected one of trace, debug, info, warn, error, fatal, silent, found "no"',
    ]);
  });

  it('refuses __proto__ everywhere', () => {
    expect(problemsOf(`__proto__: 1${BACKEND}`)).toEqual(['1:1: __proto__: unknown key']);
    expect(problemsOf(`labels: { defaults: { __proto__: a } }${BACKEND}`)).toEqual([
      '1:23: __proto__: unknown key',
    ]);
  });

  it('follows aliases and refuses those that lead nowhere or explode', () => {
    expect(problemsOf('remoteWrite: *nothing')).toEqual([
      '1:14: expected the anchor (&name) of an alias (*name) before it, found none (put text that starts with "*" in quotes)',
    ]);
    const bomb = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (const [from, to] of ['ab', 'bc', 'cd']) bomb.push(`${to}: &${to} [${`*${from},`.repeat(10)}]`);
    expect(problemsOf(bomb.join('\n'))).toEqual([
      ' expected aliases that repeat little, found a text that multiplies itself',
    ]);
    const shared = [
      'remoteWrite:',
      '  - { url: "https://a.test/w", queueConfig: &queue { shards: 3 } }',
      '  - { url: "https://b.test/w", queueConfig: *queue }',
    ];
    const config = parseConfig(shared.join('\n'), 'c.yaml', {});
    expect(config.remoteWrite.map(({ queueConfig }) => queueConfig.shards)).toEqual([3, 3]);
  });

  it('ends a flood of problems', () => {
    const lines = problemsOf(`${Array.from({ length: 150 }, (_, at) => `key${at}: 1`).join('\n')}${BACKEND}`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe(' and 50 more problems');
  });
});

function captured(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('BUG: expected an error');
}
