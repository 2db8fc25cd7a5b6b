// The arguments of `sluice push`: what is refused before anything is read or sent, and what they mean.
import { expect, test } from 'vitest';
import { readPushOptions } from '../../../src/cli/push/push-options.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';

const read = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  readPushOptions(['--job', 'j', ...args], env)!;
const problem = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  try {
    readPushOptions(args, env);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return undefined;
};

const NAME_RULE =
  'expected a label name of letters, digits and "_" in --label, not beginning with a digit, found';
const wrong: [readonly string[], string][] = [
  [['--label', 'novalue'], 'expected --label NAME=VALUE, found "novalue"'],
  [['--label', '=v'], `${NAME_RULE} ""`],
  [['--label', '1a=b'], `${NAME_RULE} "1a"`],
  [['--label', 'a-b=c'], `${NAME_RULE} "a-b"`],
  [['--label', 'ä=c'], `${NAME_RULE} "ä"`],
  [['--label', 'a:b=c'], `${NAME_RULE} "a:b"`],
  [['--label', '__a=b'], 'expected a label name that does not begin with "__" in --label, found "__a"'],
  [['--label', 'a=1', '--label', 'a=2'], 'expected --label a once, found it again'],
  [['--label', 'job=x'], 'expected the job in --job, found --label job'],
  [['--format', 'json'], 'expected --format to be text or openmetrics or protobuf, found "json"'],
  [['--method', 'DELETE'], 'expected --method to be POST or PUT, found "DELETE"'],
  [['--wait', '10'], 'expected a duration such as 30s or 1m30s for --wait, found "10"'],
  [['--wait', ''], 'expected a duration such as 30s or 1m30s for --wait, found ""'],
  [['--wait', '10ms'], 'expected --wait from 1000ms to 24d, found "10ms"'],
  [['--timeout', 'soon'], 'expected a duration such as 30s or 1m30s for --timeout, found "soon"'],
  [['--timeout', '0'], 'expected --timeout from 1ms to 24d, found "0"'],
  [['--timeout', '25d'], 'expected --timeout from 1ms to 24d, found "25d"'],
  [['--wait', '10s', '--timeout', '10s'], 'expected --timeout to be longer than --wait, found --timeout 10s'],
  [
    ['--wait', '1500ms', '--timeout', '2s'],
    'expected --timeout to be longer than --wait, found --timeout 2s',
  ],
  [['--quiet', '--verbose'], 'expected --quiet or --verbose, found both'],
  [
    ['metrics.prom'],
    'expected only options (a file is named with --file FILE), found an argument without one',
  ],
  [
    ['--url', '127.0.0.1:3030'],
    'expected --url to be a URL such as http://127.0.0.1:3030, found none with http:// or https:// in front',
  ],
  [
    ['--url', 'http://'],
    'expected --url to be a URL such as http://127.0.0.1:3030, found one that cannot be read',
  ],
  [['--url', 'http://h/?a=b'], 'expected --url without "?" and "#", found one of them'],
  [['--url', 'http://h/#a'], 'expected --url without "?" and "#", found one of them'],
  [
    ['--url', 'http://h/pushgateway/metrics'],
    'expected --url to end before /metrics (--job and --label make the rest), found it in it',
  ],
  [
    ['--url', 'http://h/metrics/job/x'],
    'expected --url to end before /metrics (--job and --label make the rest), found it in it',
  ],
  [['--url', 'http://u%:p@h'], 'expected percent-encoded user and password in --url, found others'],
  [['--header', 'X-Key'], 'expected --header "Name: value", found none with a colon'],
  [['--header', ': a'], 'expected --header "Name: value", found one without a name before its colon'],
  [['--header', 'X Key: a'], 'expected --header "Name: value", found one without a name before its colon'],
  [['--header', 'X-Key: a\nb'], 'expected a value of Latin-1 characters for header X-Key, found others'],
  [['--header', 'X-Key: €'], 'expected a value of Latin-1 characters for header X-Key, found others'],
  [['--header', 'X-Key: a', '--header', 'x-key: b'], 'expected header x-key once, found it again'],
  [
    ['--header', 'Content-Type: a'],
    'expected a header that is free (Content-Type is set by --format), found Content-Type',
  ],
  [['--header', 'Prefer: wait=1'], 'expected a header that is free (Prefer is set by --wait), found Prefer'],
  [['--header', '@/nowhere/h'], 'expected a readable file for --header @/nowhere/h, found ENOENT'],
  [
    ['--url', 'http://u:p@h', '--header', 'Authorization: x'],
    'expected credentials once, found them in the URL and in --header Authorization',
  ],
];
test.each(wrong)('%j is refused', (args, text) => {
  expect(problem(['--job', 'j', ...args])).toBe(`UsageError: ${text}`);
});

test('a job is needed, and has a name', () => {
  for (const args of [[], ['--job', ''], ['--job=']])
    expect(problem(args)).toBe('UsageError: expected --job NAME, found none');
});

test.each(['--colour', '--job', '--no-gzip=1'])('%s is refused in the words of Node', (flag) => {
  expect(problem(['--job', 'j', flag])).toMatch(/^UsageError: (?:Unknown option|Option) '[^.]*$/);
});

test('no refusal shows credentials', () => {
  const header = new TemporaryFolder().write('header', 's3cret\n');
  for (const args of [
    ['--url', 'http://u:s3cret@h:x/'],
    ['--url', 'http://s3cret%:s3cret@h/'],
    ['--url', 's3cret@h'],
    ['--header', 'Authorization:', 'Bearer', 's3cret'],
    ['--header', 'Authorization Bearer s3cret'],
    ['--header', 'Authorization Bearer s3cret:'],
    ['--header', 'Authorization: s3cret\n'.repeat(2)],
    ['--header', `@${header}`],
  ]) {
    const text = problem(['--job', 'j', ...args]);
    expect(text).toMatch(/^UsageError: /);
    expect(text).not.toContain('s3cret');
  }
});

test('without options it goes to this machine, for 30 seconds', () => {
  const { base, ...rest } = read([]);
  expect(base).toMatchObject({ path: '/pushgateway', authorization: undefined });
  expect(base.origin.href).toBe('http://127.0.0.1:3030/');
  expect(rest).toEqual({
    path: '/pushgateway/metrics/job/j',
    method: 'POST',
    file: '-',
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    headers: {},
    waitSeconds: undefined,
    timeoutMs: 30_000,
    caFile: undefined,
    compresses: true,
    allowsEmpty: false,
    verbosity: 'usual',
  });
});

const urls: [readonly string[], NodeJS.ProcessEnv, string][] = [
  [[], { SLUICE_URL: '' }, 'http://127.0.0.1:3030/pushgateway'],
  [[], { SLUICE_URL: 'http://sluice:3030/pushgateway/' }, 'http://sluice:3030/pushgateway'],
  [['--url', 'https://h'], { SLUICE_URL: 'http://sluice:3030' }, 'https://h'],
  [['--url', 'http://[::1]:9091//'], {}, 'http://[::1]:9091'],
  [['--url', 'HTTP://h:80/a%20b/'], {}, 'http://h/a%20b'],
];
test.each(urls)('%j with %j goes to %s', (args, env, url) => {
  const { base, path } = read(args, env);
  expect(base.origin.origin + path).toBe(`${url}/metrics/job/j`);
});

test('a URL of the environment that is wrong is named so', () => {
  expect(problem(['--job', 'j'], { SLUICE_URL: 'sluice' })).toMatch(
    /^UsageError: expected SLUICE_URL to be a URL /,
  );
});

test('labels keep their order and any value', () => {
  const { path } = read(['--label', 'shard=3', '--label', 'path=/a=b', '--label', 'e=']);
  expect(path).toBe('/pushgateway/metrics/job/j/shard/3/path@base64/L2E9Yg/e@base64/=');
});

test('user and password of the URL become basic authentication', () => {
  expect(read(['--url', 'http://us%20er:p%40ss@h']).headers).toEqual({
    authorization: `Basic ${Buffer.from('us er:p@ss').toString('base64')}`,
  });
});

test('headers come from arguments and files', () => {
  const file = new TemporaryFolder().write('headers', 'Authorization:  Bearer t \r\n\nX-B: 2:3\n');
  expect(read(['--header', 'X-A:1', '--header', `@${file}`]).headers).toEqual({
    'x-a': '1',
    authorization: 'Bearer t',
    'x-b': '2:3',
  });
});

test('the time of a wait is counted in whole seconds and comes on top of the timeout', () => {
  expect(read(['--wait', '1500ms'])).toMatchObject({ waitSeconds: 2, timeoutMs: 31_500 });
  expect(read(['--wait', '10s', '--timeout', '11s'])).toMatchObject({ waitSeconds: 10, timeoutMs: 11_000 });
});

test('the format names the content type', () => {
  expect(read(['--format', 'openmetrics']).contentType).toMatch(
    /^application\/openmetrics-text; version=1\.0\.0/,
  );
  expect(read(['--format', 'protobuf']).contentType).toBe(
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  );
});

test('help is asked for with nothing else', () => {
  expect(readPushOptions(['--help'], {})).toBeUndefined();
  expect(readPushOptions(['-h', '--format', 'json'], {})).toBeUndefined();
});
