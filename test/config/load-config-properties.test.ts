import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfig } from '../../src/config/load-config.ts';
import { cases } from '../support/seeded-random.ts';

const WORDS = [
  'remoteWrite',
  'url',
  'https://h.test/w',
  'push',
  'pushgateway',
  'labels',
  'defaults',
  'headers',
  'authorization',
  'credentials',
  'queueConfig',
  'shards',
  ': ',
  ':',
  '- ',
  '\n',
  '\n  ',
  '\n    ',
  '\n- ',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '"',
  "'",
  '&a ',
  '*a',
  '<<',
  '!!str ',
  '!x ',
  '|',
  '>',
  '#',
  '%YAML 1.1',
  '---',
  '...',
  '\t',
  '$',
  '${',
  `\${A}`,
  `\${A:b}`,
  '1',
  '-1',
  '1.5',
  '.nan',
  '30s',
  '16MiB',
  'true',
  'null',
  '~',
  '__proto__',
  'constructor',
  '? ',
  '\\',
  '\ud800',
  '\0',
];

function endsInConfigOrConfigError(text: string): void {
  try {
    parseConfig(text, 'c.yaml', { A: 'x' });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).not.toBe('');
  }
}

it('parseConfig throws nothing but ConfigError on any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), endsInConfigOrConfigError), {
    numRuns: cases(200),
  });
});

it('parseConfig throws nothing but ConfigError on any arrangement of YAML and known keys', () => {
  const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(''));
  fc.assert(fc.property(text, endsInConfigOrConfigError), { numRuns: cases(1000) });
});

it('parseConfig throws nothing but ConfigError on any value in place of a known key', () => {
  const keys = fc.constantFrom(
    'listenAddress',
    'logging',
    'server',
    'push',
    'labels',
    'remoteWrite',
    'metadataConfig',
  );
  const text = fc.dictionary(keys, fc.jsonValue({ maxDepth: 4 })).map((value) => JSON.stringify(value));
  fc.assert(fc.property(text, endsInConfigOrConfigError), { numRuns: cases(200) });
});
