import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load-config.ts';
import { BACKEND, problemsOf } from '../problems-of.ts';

function refused(text: string, ...problems: string[]): void {
  expect(problemsOf(text + BACKEND).map((line) => line.replace(/^\d+:\d+: /, ''))).toEqual(problems);
}

function accepted(text: string) {
  return parseConfig(text + BACKEND, 'c.yaml', {});
}

describe('listenAddress', () => {
  it('is refused without a port or with one that is none', () => {
    const wanted = 'expected host:port, :port or [IPv6]:port with a port from 0 to 65535, found';
    for (const text of [
      '',
      'localhost',
      ':',
      'h:',
      'h:65536',
      'h:-1',
      'h:1x',
      'h h:1',
      '[h]:1',
      '1.2.3.400:1',
      'http://h:1',
    ]) {
      refused(`listenAddress: ${JSON.stringify(text)}`, `listenAddress: ${wanted} ${JSON.stringify(text)}`);
    }
    refused('listenAddress: 3030', `listenAddress: ${wanted} a number`);
  });

  it('is refused as an IPv6 address without brackets', () => {
    for (const text of ['::1', '::1:3030', 'fe80::1:2:3030']) {
      refused(
        `listenAddress: "${text}"`,
        `listenAddress: expected an IPv6 address in brackets such as [::1]:3030, found "${text}"`,
      );
    }
  });

  it('is a host and a port', () => {
    for (const [text, host, port] of [
      ['0.0.0.0:3030', '0.0.0.0', 3030],
      ['127.0.0.1:0', '127.0.0.1', 0],
      [':65535', '', 65_535],
      ['[::1]:3030', '::1', 3030],
      ['my-host.local:80', 'my-host.local', 80],
    ] as const) {
      expect(accepted(`listenAddress: "${text}"`).listenAddress).toEqual({ host, port });
    }
  });
});

describe('push.pushgateway', () => {
  const at = 'push.pushgateway';

  function refusedKey(keys: string, ...problems: string[]): void {
    refused(`push: { pushgateway: { ${keys} } }`, ...problems.map((problem) => `${at}.${problem}`));
  }

  it('refuses what this version does not have', () => {
    for (const encoding of ['br', 'deflate', 'GZIP']) {
      refusedKey(
        `contentEncodings: [gzip, ${encoding}]`,
        `contentEncodings[1]: expected one of gzip, snappy, zstd, found "${encoding}"`,
      );
    }
    refusedKey('contentEncodings: snappy', 'contentEncodings: expected a list, found text');
  });

  it('refuses levels and waits that cannot be kept', () => {
    const noSpool = 'acknowledge: expected a spool for stored (spool.directory), found none';
    refusedKey('acknowledge: stored', noSpool);
    refusedKey('acknowledge: sent', 'acknowledge: expected one of queued, stored, delivered, found "sent"');
    const range = 'maxWait: expected a duration from 0 to 10m';
    refusedKey('maxWait: 11m', `${range}, found "11m"`);
    refusedKey('maxWait: 1', `${range} with a unit (d, h, m, s or ms) such as 30s, found 1`);
    const count = 'maxWaitingPushes: expected a whole number from 0 to 1000000';
    refusedKey('maxWaitingPushes: -1', `${count}, found -1`);
    refusedKey('maxWaitingPushes: 1.5', `${count}, found 1.5`);
  });

  it('a push waits for the disk if there is a spool and nothing else is configured', () => {
    const level = (keys: string, rest = '') =>
      accepted(`push: { pushgateway: { ${keys} } }\n${rest}`).push.pushgateway.acknowledge;
    const spool = 'spool: { directory: /var/lib/sluice }\n';
    expect([level(''), level('', spool)]).toEqual(['queued', 'stored']);
    for (const given of ['queued', 'stored', 'delivered'])
      expect(level(`acknowledge: ${given}`, spool)).toBe(given);
    for (const given of ['queued', 'delivered']) expect(level(`acknowledge: ${given}`)).toBe(given);
  });

  it('refuses path prefixes that no request could match or that mean the same', () => {
    const prefix = (text: string, wanted: string) =>
      refusedKey(
        `pathPrefixes: [${JSON.stringify(text)}]`,
        `pathPrefixes[0]: expected a path prefix ${wanted}, found ${JSON.stringify(text)}`,
      );
    prefix('push', 'that starts with "/"');
    prefix('/push/', 'without a slash at its end');
    for (const text of ['/a/../b', '/..', '/.', '/a//b', '/a?b', '/a#b', '/a%2Fb', '/a b', '/ä']) {
      prefix(text, 'without "..", "//", query, escapes or spaces');
    }
    refusedKey(
      'pathPrefixes: []',
      'pathPrefixes: expected at least one path prefix ("" is the root), found none',
    );
    refusedKey(
      'pathPrefixes: ["", /a, /]',
      'pathPrefixes[2]: expected each path prefix once, found "" again',
    );
  });

  it('takes the root in both spellings and other prefixes as they are', () => {
    const prefixes = (text: string) =>
      accepted(`push: { pushgateway: { pathPrefixes: ${text} } }`).push.pushgateway.pathPrefixes;
    expect(prefixes('[/]')).toEqual(['']);
    expect(prefixes('["", /pushgateway, "/a/b-c.d..e"]')).toEqual(['', '/pushgateway', '/a/b-c.d..e']);
  });

  it('takes gzip whatever else its list of content encodings names, and each of them once', () => {
    const encodings = (text: string) =>
      accepted(`push: { pushgateway: { contentEncodings: ${text} } }`).push.pushgateway.contentEncodings;
    expect(encodings('[]')).toEqual(['gzip']);
    expect(encodings('[zstd, snappy]')).toEqual(['gzip', 'zstd', 'snappy']);
    expect(encodings('[snappy, gzip, snappy]')).toEqual(['gzip', 'snappy']);
  });

  it('takes its other choices', () => {
    const { pushgateway } = accepted(
      'push: { pushgateway: { onDelete: ignore, pushTimeMetrics: true, utf8Names: true } }',
    ).push;
    expect([pushgateway.onDelete, pushgateway.pushTimeMetrics, pushgateway.utf8Names]).toEqual([
      'ignore',
      true,
      true,
    ]);
  });

  it('refuses limits that contradict each other', () => {
    refusedKey(
      'maxBodySize: 100MiB',
      'maxBodySize: expected at most maxDecodedSize, which is 67108864 bytes, found 104857600 bytes',
    );
    refusedKey(
      'maxDecodedSize: 200MiB',
      'maxDecodedSize: expected at most maxBufferedSize, which is 134217728 bytes, found 209715200 bytes',
    );
    refusedKey('maxBodySize: 0', 'maxBodySize: expected a size from 1B to 1GiB, found 0');
    refusedKey(
      'maxBodySize: big',
      'maxBodySize: expected a size from 1B to 1GiB in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB such as 16MiB, found "big"',
    );
  });

  it('refuses to end series on DELETE if nothing is remembered of them', () => {
    const fault = 'onDelete: expected reject or ignore while staleness is off, found "markStale"';
    refusedKey('onDelete: markStale', fault);
    refusedKey('onDelete: markStale, staleness: off', fault);
    const { pushgateway } = accepted(
      'push: { pushgateway: { onDelete: markStale, staleness: onReplace, stalenessMaxMemory: 1MiB } }',
    ).push;
    expect(pushgateway).toMatchObject({
      onDelete: 'markStale',
      staleness: 'onReplace',
      stalenessMaxMemory: 1 << 20,
    });
  });

  it('refuses other words for its choices', () => {
    refusedKey('timestamps: keep', 'timestamps: expected one of honor, reject, ignore, found "keep"');
    refusedKey('lineEndings: crlf', 'lineEndings: expected one of strict, lenient, found "crlf"');
    refusedKey(
      'bucketLabels: raw',
      'bucketLabels: expected one of canonical, openmetrics, verbatim, found "raw"',
    );
    refusedKey('onDelete: accept', 'onDelete: expected one of reject, ignore, markStale, found "accept"');
    refusedKey('staleness: always', 'staleness: expected one of off, onReplace, found "always"');
    refusedKey('pushTimeMetrics: 1', 'pushTimeMetrics: expected true or false, found 1');
    refusedKey('enabled:', 'enabled: expected true or false, found nothing');
  });
});

describe('labels.defaults', () => {
  it('refuses names that are not labels or are reserved', () => {
    const name = (text: string, path: string, wanted: string) =>
      refused(
        `labels: { defaults: { ${JSON.stringify(text)}: x } }`,
        `labels.defaults${path}: expected ${wanted}, found ${JSON.stringify(text)}`,
      );
    const letters = 'a label name of letters, digits and "_" that does not start with a digit';
    name('9a', '.9a', letters);
    name('a.b', '["a.b"]', letters);
    name('ä', '["ä"]', letters);
    name('', '[""]', letters);
    name('__name__', '.__name__', 'a label name (each push names its metrics)');
    name('__x', '.__x', 'a label name that is not reserved by "__"');
  });

  it('refuses values that are not text', () => {
    refused('labels: { defaults: { a: 1 } }', 'labels.defaults.a: expected text (in quotes), found a number');
    refused('labels: { defaults: { a: } }', 'labels.defaults.a: expected text (in quotes), found nothing');
    refused('labels: { defaults: [] }', 'labels.defaults: expected a mapping of keys, found a list');
  });

  it('takes job, __replica__ and empty values', () => {
    const defaults = { job: 'j', __replica__: 'r', empty: '', _a9: 'ä' };
    expect(accepted(`labels: { defaults: ${JSON.stringify(defaults)} }`).labels.defaults).toEqual(defaults);
  });
});

it('limits of the server are refused out of bounds or when they contradict each other', () => {
  refused(
    'server: { requestTimeout: 0 }',
    'server.requestTimeout: expected a duration from 1ms to 24d, found 0',
  );
  refused(
    'server: { maxConnections: 0 }',
    'server.maxConnections: expected a whole number from 1 to 1000000, found 0',
  );
  refused(
    'server: { headersTimeout: 2m }',
    'server.headersTimeout: expected at most requestTimeout, which is 60000 ms, found 120000 ms',
  );
  refused(
    'server: { requestTimeout: 1 }',
    'server.requestTimeout: expected a duration from 1ms to 24d with a unit (d, h, m, s or ms) such as 30s, found 1',
  );
  expect(accepted('shutdownTimeout: 0').shutdownTimeout).toBe(0);
});

it('unknown keys far from any known one are answered with all known ones', () => {
  refused(
    'backend: {}',
    'backend: unknown key, expected one of listenAddress, logging, server, shutdownDelay, shutdownTimeout, enableLifecycle, push, labels, metadataConfig, remoteWrite, spool',
  );
  refused('listen_address: ":1"', 'listen_address: unknown key, did you mean "listenAddress"?');
  refused('logging: { levle: info }', 'logging.levle: unknown key, did you mean "level"?');
});

describe('spool', () => {
  it('is refused without a directory, or with too little room', () => {
    refused('spool: {}', 'spool.directory: expected a file path, found nothing');
    refused('spool: { directory: "" }', 'spool.directory: expected a file path, found an empty value');
    refused(
      'spool: { directory: /d, maxSize: 1MiB }',
      'spool.maxSize: expected a size from 16MiB to 1TiB, found "1MiB"',
    );
  });

  it('is absent by default, and its directory starts at the folder of the file', () => {
    expect('spool' in accepted('')).toBe(false);
    expect(accepted('spool: { directory: d }').spool).toEqual({ directory: resolve('d'), maxSize: 2 ** 30 });
    expect(accepted('spool: { directory: /d, maxSize: 16MiB }').spool).toEqual({
      directory: '/d',
      maxSize: 2 ** 24,
    });
  });
});
