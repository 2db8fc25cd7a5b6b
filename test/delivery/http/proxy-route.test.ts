import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/config/expand-variables.ts';
import { Secret } from '../../../src/config/secret.ts';
import { parseNoProxy, proxyChoice } from '../../../src/delivery/http/proxy-route.ts';

describe('a list of what is reached directly', () => {
  const isDirect = (list: string, host: string, port = '443') => parseNoProxy(list)(host, port);

  // The cases of golang.org/x/net/http/httpproxy's documentation, and those around them.
  test.each([
    ['', 'example.com', false],
    ['*', 'example.com', true],
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com.', true],
    ['example.com', 'a.b.example.com', true],
    ['example.com', 'badexample.com', false],
    ['example.com', 'example.org', false],
    ['.example.com', 'example.com', false],
    ['.example.com', 'a.example.com', true],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['other.test, example.com ', 'example.com', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.10', false],
    ['192.0.2.0/24', '192.0.2.77', true],
    ['192.0.2.0/24', '192.0.3.77', false],
    ['192.0.2.0/99', '192.0.2.1', false],
    ['192.0.2.0/24', 'name-of-192.0.2.1', false],
    ['2001:db8::/32', '2001:db8::7', true],
    ['2001:db8::7', '2001:db8::7', true],
    ['2001:db8::/32', '2001:db9::7', false],
  ])('%j and %s: %s', (list, host, expected) => {
    expect(isDirect(list, host)).toBe(expected);
  });

  test.each([
    ['example.com:443', 'example.com', true],
    ['example.com:80', 'example.com', false],
    ['192.0.2.1:80', '192.0.2.1', false],
    ['192.0.2.1:443', '192.0.2.1', true],
    ['[2001:db8::7]:443', '2001:db8::7', true],
    ['[2001:db8::7]:80', '2001:db8::7', false],
  ])('%j and %s at port 443: %s', (list, host, expected) => {
    expect(isDirect(list, host)).toBe(expected);
  });

  test.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('always holds %s', (host) => {
    expect(isDirect('', host)).toBe(true);
  });
});

describe('the proxy of the environment', () => {
  const chosen = (env: Environment, target: string) =>
    proxyChoice({ proxyFromEnvironment: true, proxyConnectHeader: {} }, env)(new URL(target))?.origin;

  test('that is no HTTP proxy stops the start, without its text', () => {
    for (const url of ['socks5://u:p4ss@h:1', 'http://u:p4ss@h:x'])
      expect(() => chosen({ HTTPS_PROXY: url }, 'https://a.test/')).toThrow(
        'Cannot use the proxy of HTTPS_PROXY: expected a URL of http:// or https://, found something else',
      );
  });

  test('is the one for the scheme of the target', () => {
    const env = { HTTP_PROXY: 'http://plain.test:1', HTTPS_PROXY: 'https://secure.test:2' };
    expect(chosen(env, 'http://a.test/')).toBe('http://plain.test:1');
    expect(chosen(env, 'https://a.test/')).toBe('https://secure.test:2');
    expect(chosen({ HTTP_PROXY: 'http://plain.test:1' }, 'https://a.test/')).toBe(undefined);
  });

  test('is named in upper case first, then in lower case, and may lack its scheme', () => {
    expect(chosen({ https_proxy: 'low.test:3128' }, 'https://a.test/')).toBe('http://low.test:3128');
    expect(chosen({ HTTPS_PROXY: 'up.test:1', https_proxy: 'low.test:1' }, 'https://a.test/')).toBe(
      'http://up.test:1',
    );
    expect(chosen({ HTTPS_PROXY: '', https_proxy: 'low.test:1' }, 'https://a.test/')).toBe(
      'http://low.test:1',
    );
  });

  test('is not for what NO_PROXY names, nor for this machine', () => {
    const env = { HTTPS_PROXY: 'http://p.test:1', no_proxy: 'a.test,b.test:8443' };
    expect(chosen(env, 'https://a.test/')).toBe(undefined);
    expect(chosen(env, 'https://b.test/')).toBe('http://p.test:1');
    expect(chosen(env, 'https://b.test:8443/')).toBe(undefined);
    expect(chosen(env, 'https://127.0.0.1/')).toBe(undefined);
    expect(chosen(env, 'https://[::1]/')).toBe(undefined);
    expect(chosen(env, 'https://c.test/')).toBe('http://p.test:1');
  });
});

describe('the proxy of the configuration', () => {
  const choice = (proxyUrl: string, noProxy?: string) =>
    proxyChoice(
      {
        proxyUrl: new Secret(proxyUrl),
        proxyFromEnvironment: false,
        proxyConnectHeader: {},
        ...(noProxy === undefined ? {} : { noProxy }),
      },
      { NO_PROXY: '*', HTTPS_PROXY: 'http://other.test:1' },
    );

  test('is for every target, this machine too, whatever the environment says', () => {
    const chooseProxy = choice('http://p.test:1');
    for (const url of ['https://a.test/', 'http://127.0.0.1/'])
      expect(chooseProxy(new URL(url))?.origin).toBe('http://p.test:1');
  });

  test('is not for what noProxy names', () => {
    const chooseProxy = choice('http://p.test:1', 'a.test');
    expect(chooseProxy(new URL('https://a.test/'))).toBe(undefined);
    expect(chooseProxy(new URL('https://b.test/'))?.origin).toBe('http://p.test:1');
  });

  test('gets the user info of its URL, decoded', () => {
    const route = choice('http://us%40er:p%25a%3Ass@p.test:1')(new URL('https://a.test/'));
    const expected = `Basic ${Buffer.from('us@er:p%a:ss').toString('base64')}`;
    expect(route?.authorization?.reveal()).toBe(expected);
    expect(choice('http://p.test:1')(new URL('https://a.test/'))?.authorization).toBe(undefined);
  });
});
