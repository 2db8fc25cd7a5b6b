import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.ts';
import { backendProblems, problemsOf } from '../problems-of.ts';

const AT = 'remoteWrite[0].';

function urlProblem(url: string, problem: string | undefined, keys = ''): void {
  const lines = problemsOf(`remoteWrite: [{ url: ${JSON.stringify(url)}${keys} }]`);
  expect(lines).toEqual(problem === undefined ? [] : [`1:17: ${AT}url: ${problem}`]);
}

function refused(keys: string, ...problems: string[]): void {
  expect(backendProblems(keys).map((line) => line.replace(/^\d+:\d+: remoteWrite\[0\]\.?/, ''))).toEqual(
    problems,
  );
}

describe('url', () => {
  it('is refused when it is not http or https with a host, and never shown', () => {
    const wanted = 'expected a URL such as https://metrics.example.com/api/v1/write, found';
    urlProblem('', `${wanted} an empty value without https://`);
    urlProblem('metrics.example.com/w', `${wanted} text without https://`);
    urlProblem('ftp://h/w', 'expected an https:// URL, found ftp://');
    urlProblem('https://', 'expected a URL with a host, found none');
    urlProblem('https:///w', 'expected a URL with a host, found none');
    urlProblem('https://:443/w', 'expected a URL with a host, found none');
    urlProblem('https://h:70000/w', 'expected a URL with a valid host and port, found another one');
    urlProblem('https://h%zz/w', 'expected a URL with a valid host and port, found another one');
    for (const text of [
      'https://h/a b',
      'https://h\\w',
      'https://h/ä',
      'https://h/w\n',
      ' https://h/w',
    ].slice(0, 4)) {
      urlProblem(text, 'expected a percent-encoded URL, found a space or another raw character in it');
    }
  });

  it('is refused with user info or a fragment', () => {
    urlProblem(
      'https://u:p@h/w',
      'expected a URL without user info (use basicAuth), found user info before the host',
    );
    urlProblem('https://h/w#x', 'expected a URL without a fragment, found "#" in it');
  });

  it('is refused as http to another machine unless that is allowed', () => {
    const http = (host: string) =>
      `expected https:// (or allowInsecureHTTP: true on this backend), found http:// to ${host}`;
    for (const host of [
      'example.com',
      '10.0.0.1',
      '128.0.0.1',
      '[::2]',
      '0.0.0.0',
      '127.example.com',
      'localhost.example.com',
    ]) {
      urlProblem(`http://${host}:80/w?token=t0psecret`, http(host));
    }
    urlProblem('http://example.com/w', undefined, ', allowInsecureHTTP: true');
  });

  it('is taken as http to this machine', () => {
    for (const host of [
      'localhost',
      'LOCALHOST:9090',
      '127.0.0.1:9090',
      '127.255.1.2',
      '[::1]:9090',
      '127.1',
    ]) {
      urlProblem(`http://${host}/w`, undefined);
    }
  });

  it('is kept byte for byte', () => {
    for (const url of ['HTTPS://H.Test:443/%7Ea/../b?x=%2f&y', 'https://h', 'https://h/a//b?']) {
      expect(parseConfig(`remoteWrite: [{ url: "${url}" }]`, 'c.yaml', {}).remoteWrite[0]?.url).toBe(url);
    }
  });
});

describe('name', () => {
  it('is refused when another backend has it', () => {
    const two = (first: string, second: string) =>
      problemsOf(`remoteWrite:\n  - { ${first} }\n  - { ${second} }`);
    expect(two('url: "https://h/1", name: a', 'url: "https://h/2", name: a')).toEqual([
      '3:27: remoteWrite[1].name: expected a name of its own for each backend, found "a" here and at remoteWrite[0]',
    ]);
    expect(two('url: "https://h:1/1"', 'url: "https://h:1/2"')).toEqual([
      '3:5: remoteWrite[1].name: expected a name of its own for each backend, found "h:1" here and at remoteWrite[0]',
    ]);
    expect(two('url: "https://h:1/1"', 'url: "https://h:2/1"')).toEqual([]);
  });

  it('is refused when it is empty or cannot be shown', () => {
    refused('name: ""', 'name: expected a name of 1 to 128 visible characters, found ""');
    refused('name: "a\\nb"', 'name: expected a name of 1 to 128 visible characters, found "a\\nb"');
  });

  it('is the host of the URL by default', () => {
    const config = parseConfig('remoteWrite: [{ url: "https://metrics.test:8443/w" }]', 'c.yaml', {});
    expect(config.remoteWrite[0]?.name).toBe('metrics.test:8443');
  });
});

describe('tlsConfig', () => {
  it('is refused with half a client certificate, an address as server name or an unknown version', () => {
    refused(
      'tlsConfig: { certFile: c.pem }',
      'tlsConfig.certFile: expected keyFile next to certFile, found only certFile',
    );
    refused(
      'tlsConfig: { keyFile: k.pem }',
      'tlsConfig.keyFile: expected certFile next to keyFile, found only keyFile',
    );
    refused(
      'tlsConfig: { serverName: 10.0.0.1 }',
      'tlsConfig.serverName: expected a host name, found "10.0.0.1"',
    );
    refused(
      'tlsConfig: { minVersion: TLS11 }',
      'tlsConfig.minVersion: expected one of TLS12, TLS13, found "TLS11"',
    );
    refused('tlsConfig: { caFile: "" }', 'tlsConfig.caFile: expected a file path, found an empty value');
    refused('tlsConfig: { cafile: a }', 'tlsConfig.cafile: unknown key, did you mean "caFile"?');
    refused(
      'tlsConfig: { ca: t0psecret }',
      'tlsConfig.ca: unknown key, expected one of caFile, certFile, keyFile, serverName, minVersion, insecureSkipVerify',
    );
  });
});

describe('queueConfig', () => {
  it('is refused out of bounds', () => {
    refused(
      'queueConfig: { shards: 0 }',
      'queueConfig.shards: expected a whole number from 1 to 64, found 0',
    );
    refused(
      'queueConfig: { shards: 65 }',
      'queueConfig.shards: expected a whole number from 1 to 64, found 65',
    );
    refused(
      'queueConfig: { shards: 1.5 }',
      'queueConfig.shards: expected a whole number from 1 to 64, found 1.5',
    );
    refused(
      'queueConfig: { minBackoff: 0 }',
      'queueConfig.minBackoff: expected a duration from 1ms to 24d, found 0',
    );
    refused(
      'queueConfig: { maxRetryAfter: 25d }',
      'queueConfig.maxRetryAfter: expected a duration from 0 to 24d, found "25d"',
    );
    refused(
      'queueConfig: { retryOnNotFound: 5 }',
      'queueConfig.retryOnNotFound: expected true or false, found 5',
    );
    refused(
      'queueConfig: { maxQueueSize: 1TiB }',
      'queueConfig.maxQueueSize: expected a size from 1KiB to 64GiB, found "1TiB"',
    );
  });

  it('is refused if its limits contradict each other, also next to other problems', () => {
    refused(
      'queueConfig: { minBackoff: 10s, shard: 1, maxRequestBytes: 2MiB, maxQueueSize: 1MiB }',
      'queueConfig.minBackoff: expected at most maxBackoff, which is 5000 ms, found 10000 ms',
      'queueConfig.shard: unknown key, did you mean "shards"?',
      'queueConfig.maxRequestBytes: expected at most maxQueueSize, which is 1048576 bytes, found 2097152 bytes',
    );
  });
});

it('keys of later versions are refused by name', () => {
  for (const key of ['azureAd']) {
    refused(`${key}: {}`, `${key}: not supported by this version of Sluice`);
  }
});

it('the version of remote write is one of two, and 1.0 replaces 2.0 unless that is switched off', () => {
  for (const version of ['V3.0', '2.0', 'v2.0'])
    refused(`messageVersion: "${version}"`, `messageVersion: expected one of V1.0, V2.0, found "${version}"`);
  refused(
    'messageVersionFallback: some',
    'messageVersionFallback: expected true or false, found the text "some"',
  );
  refused('messageVersion: V2.0, messageVersionFallback: false');
});

it('what is sent in addition to plain samples is set with true and false', () => {
  for (const key of ['sendExemplars', 'sendNativeHistograms', 'sendClassicHistograms']) {
    refused(`${key}: some`, `${key}: expected true or false, found the text "some"`);
  }
  refused('sendExemplar: true', 'sendExemplar: unknown key, did you mean "sendExemplars"?');
  const kinds = { sendExemplars: false, sendNativeHistograms: false, sendClassicHistograms: true };
  const text = JSON.stringify({ remoteWrite: [{ url: 'https://h/w', ...kinds }] });
  expect(parseConfig(text, 'c.yaml', {}).remoteWrite[0]).toMatchObject(kinds);
});

it("Prometheus's own spelling is answered with ours", () => {
  refused('remote_timeout: 30s', 'remote_timeout: unknown key, did you mean "remoteTimeout"?');
  refused('queue_config: {}', 'queue_config: unknown key, did you mean "queueConfig"?');
  refused('basic_auth: {}', 'basic_auth: unknown key, did you mean "basicAuth"?');
});
