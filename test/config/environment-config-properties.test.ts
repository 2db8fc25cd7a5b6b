// Any environment gives a configuration or a ConfigError that shows no secret.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { configFromEnvironment } from '../../src/config/environment-config.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-variables.ts';
import type { Environment } from '../../src/config/expand-variables.ts';

const RUNS = { numRuns: 100 };
const SECRET = 't0psecret';
const SECRET_VARIABLES = [
  'REMOTE_WRITE_URL',
  'REMOTE_WRITE_TOKEN',
  'REMOTE_WRITE_PASSWORD',
  'REMOTE_WRITE_TENANT',
];

const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[a-z0-9=,:./${}_ -]{0,12}$/),
  fc.constantFrom('', 'true', '10s', '1GiB', 'a=b', 'https://h/w', '__proto__=1', 'constructor=1'),
);
const names = [...ENVIRONMENT_VARIABLES.map(({ name }) => name), 'REMOTE_WRITE_X', 'SLUICE_CONFIG'];
const environments = fc.dictionary(fc.constantFrom(...names), word, { maxKeys: 6, noNullPrototype: true });

function messageOf(env: Environment): string {
  try {
    configFromEnvironment(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return '';
}

it('any environment gives a configuration or a ConfigError', () => {
  fc.assert(
    fc.property(environments, (env) => void messageOf({ REMOTE_WRITE_URL: 'https://h/w', ...env })),
    RUNS,
  );
});

it('no message shows the value of a variable that may hold a secret', () => {
  fc.assert(
    fc.property(
      environments,
      fc.constantFrom(...SECRET_VARIABLES),
      word,
      word,
      (env, name, before, after) => {
        expect(messageOf({ ...env, [name]: `${before}${SECRET}${after}` })).not.toContain(SECRET);
      },
    ),
    RUNS,
  );
});

it('pairs come out as they were put in', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
  const value = fc.stringMatching(/^[a-zA-Z0-9=:/ ]{0,12}$/).map((text) => text.trim());
  fc.assert(
    fc.property(fc.dictionary(name, value, { minKeys: 1, noNullPrototype: true }), (labels) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}=${of}`);
      const config = configFromEnvironment({ REMOTE_WRITE_URL: 'https://h/w', LABELS: text.join(',') });
      expect(config.labels.defaults).toEqual(labels);
    }),
    RUNS,
  );
});
