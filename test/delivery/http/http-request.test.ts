import { expect, test } from 'vitest';
import { parseTarget } from '../../../src/delivery/http/http-request.ts';

test.each(['', 'ftp://host/', 'https://', 'host:80/path', 'https:///path', 'https://ho st/'])(
  '%j is refused',
  (url) => {
    expect(() => parseTarget(url)).toThrow(
      'Cannot use remote-write URL: expected http:// or https:// and a host, found something else',
    );
  },
);

test.each(['http://h/a b', 'http://h/ä', 'http://h/a\n'])('%j is refused for its characters', (url) => {
  expect(() => parseTarget(url)).toThrow(
    'Cannot use remote-write URL: expected printable ASCII in path and query, found other characters',
  );
});

const targets: [string, string, string][] = [
  ['http://h', 'http://h', '/'],
  ['http://h:8080/', 'http://h:8080', '/'],
  ['https://h:443/a', 'https://h', '/a'],
  ['HTTPS://Host/A', 'https://host', '/A'],
  ['http://h?x=1', 'http://h', '/?x=1'],
  ['http://h/a/../b/./c//d', 'http://h', '/a/../b/./c//d'],
  ['http://h/a%20%2f?x=%7e&y=', 'http://h', '/a%20%2f?x=%7e&y='],
  ['http://h/a?b?c/d', 'http://h', '/a?b?c/d'],
  ['http://h/a#part', 'http://h', '/a'],
  ['http://[::1]:9090/w', 'http://[::1]:9090', '/w'],
];
test.each(targets)('%s is cut without being changed', (url, origin, path) => {
  expect(parseTarget(url)).toEqual({ origin, path });
});
