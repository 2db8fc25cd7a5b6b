// Defaults of the place where the program runs: the configuration goes before them, and they go before those of the schema.
import { expect, test } from 'vitest';
import { withDefaults } from '../../src/config/check-config.ts';
import { parseConfig } from '../../src/config/load-config.ts';

const gives = (value: unknown, defaults: unknown, expected: unknown) =>
  test(`${JSON.stringify(value)} before ${JSON.stringify(defaults)}`, () => {
    expect(withDefaults(value, defaults)).toEqual(expected);
  });
gives({}, { a: 1 }, { a: 1 });
gives({ a: 2 }, { a: 1 }, { a: 2 });
gives({ a: 0, b: false, c: '' }, { a: 1, b: true, c: 'x' }, { a: 0, b: false, c: '' });
gives({ a: { b: 1 } }, { a: { b: 2, c: 3 } }, { a: { b: 1, c: 3 } });
gives({ a: [{ b: 1 }, {}] }, { a: [{ b: 2 }] }, { a: [{ b: 1 }, { b: 2 }] });
gives({}, { a: [{ b: 2 }] }, {});
gives({ a: 'text' }, { a: { b: 2 } }, { a: 'text' });
gives({ a: { b: 2 } }, { a: 1 }, { a: { b: 2 } });
gives({ a: null }, { a: { b: 2 } }, { a: { b: 2 } });
gives('text', { a: 1 }, 'text');

test('problems are reported for what is configured, with its line', () => {
  const text =
    'remoteWrite:\n  - url: https://metrics.example.com/\npush: { pushgateway: { maxWait: soon } }\n';
  const defaults = { push: { pushgateway: { acknowledge: 'delivered', maxWait: '2s' } } };
  expect(() => parseConfig(text, 'c.yaml', {}, defaults)).toThrow(
    /^c\.yaml:3:24: push\.pushgateway\.maxWait: /,
  );
});
