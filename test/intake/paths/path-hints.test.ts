// A request that misses the push path gets what is wrong and the path that was meant.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Routes } from '../../../src/intake/paths/routes.ts';
import { LayoutNumbers } from '../../../src/labels/fixed-labels.ts';

function routes(pathPrefixes: readonly string[] = ['/pushgateway']): Routes {
  const options = { enabled: true, pathPrefixes, utf8Names: false, defaults: {} };
  return new Routes(options, new LayoutNumbers());
}

const GO = 'pushes go to /pushgateway/metrics/job/<job>{/<label>/<value>}';

function misses(target: string, advice = GO, among = routes()): void {
  const detail = `Cannot find ${JSON.stringify(target)}: ${advice}`;
  expect(among.find(target)).toEqual({ kind: 'notFound', detail });
}

/** The hint names what is wrong, and the push path that was meant; that path is one. */
function mistakes(target: string, problem: string, meant: string, among = routes()): void {
  misses(target, `${problem}; pushes go to ${meant}`, among);
  expect(among.find(meant).kind, meant).toBe('push');
}

const NO_PREFIX = 'the path prefix "/pushgateway" is missing';
const NO_METRICS = '"metrics" is missing';
const NO_JOB = `the job is missing; ${GO}`;
const TWICE = '"metrics" is there twice, the base URL must not end in it';
const CASE = 'the path is case-sensitive';

test('an unknown target gets 404 with a hint that names the path of pushes', () => {
  misses('/nothing');
  misses('*');
  misses('/pushgateway/x/y');
  misses('/pushgateway/%zz/%ff');
  misses('/api/v1/import/prometheus');
  misses('/api/v1/metrics');
  misses('/-/reload');
});

test('the base URL alone gets a hint that it is the base URL', () => {
  const advice = `this is the base URL for a client library, which adds the rest; ${GO}`;
  misses('/pushgateway', advice);
  misses('/pushgateway/', advice);
});

test('a push path without its prefix gets a hint at the prefix, and the whole path', () => {
  mistakes('/metrics/job/a', NO_PREFIX, '/pushgateway/metrics/job/a');
  mistakes('/metrics/job/a/b/c%2Fd', NO_PREFIX, '/pushgateway/metrics/job/a/b/c%2Fd');
  mistakes('/metrics/job@base64/YQ', NO_PREFIX, '/pushgateway/metrics/job@base64/YQ');
  mistakes('/job/a', `${NO_PREFIX}; ${NO_METRICS}`, '/pushgateway/metrics/job/a');
});

test('a push path below another prefix gets a hint at both', () => {
  const below = (prefix: string) =>
    mistakes(
      `${prefix}/metrics/job/a/b/c`,
      `the path prefix is "/pushgateway", not "${prefix}"`,
      '/pushgateway/metrics/job/a/b/c',
    );
  below('/push');
  below('/push/gateway');
  below('/pushgateway/x');
  // Where vmagent takes pushes.
  below('/api/v1/import/prometheus');
});

test('a push path without "metrics" gets a hint at that, and the whole path', () => {
  mistakes('/pushgateway/job/a', NO_METRICS, '/pushgateway/metrics/job/a');
  mistakes('/pushgateway/job/a/b/c', NO_METRICS, '/pushgateway/metrics/job/a/b/c');
  mistakes('/pushgateway/job@base64/YQ', NO_METRICS, '/pushgateway/metrics/job@base64/YQ');
});

test('a push path with "metrics" twice gets a hint at that, and the whole path', () => {
  mistakes('/pushgateway/metrics/metrics/job/a', TWICE, '/pushgateway/metrics/job/a');
  mistakes('/metrics/metrics/job/a', `${NO_PREFIX}; ${TWICE}`, '/pushgateway/metrics/job/a');
  misses('/pushgateway/metrics/metrics/job', `${TWICE}; ${NO_JOB}`);
});

test('a push path without a job gets a hint at that', () => {
  misses('/pushgateway/metrics/job', NO_JOB);
  misses('/pushgateway/metrics/job@base64', NO_JOB);
  misses('/pushgateway/metrics/', NO_JOB);
  misses('/metrics/job', `${NO_PREFIX}; ${NO_JOB}`);
  misses('/metrics/job/', `${NO_PREFIX}; ${NO_JOB}`);
  misses('/pushgateway/job', `${NO_METRICS}; ${NO_JOB}`);
});

test('a push path that says something else for "job" gets a hint at that', () => {
  const found = (piece: string) => `"job" is expected after "metrics", "${piece}" is found; ${GO}`;
  misses('/pushgateway/metrics/instance/a', found('instance'));
  misses('/pushgateway/metrics/Jobb/a', found('Jobb'));
  misses('/pushgateway/metrics/instance/a/job/b', `the job comes first after "metrics"; ${GO}`);
  const plural = '"job" is expected, "jobs" is found';
  mistakes('/pushgateway/metrics/jobs/a', plural, '/pushgateway/metrics/job/a');
  mistakes('/metrics/jobs/a/b/c', `${NO_PREFIX}; ${plural}`, '/pushgateway/metrics/job/a/b/c');
});

test('a push path in another case, or with a slash too many, gets a hint at that', () => {
  mistakes('/pushgateway/metrics/JOB/a', CASE, '/pushgateway/metrics/job/a');
  mistakes('/PUSHGATEWAY/metrics/job/A', CASE, '/pushgateway/metrics/job/A');
  mistakes('/Pushgateway/Metrics/job@Base64/YQ', CASE, '/pushgateway/metrics/job@base64/YQ');
  mistakes('/Metrics/job/a', `${NO_PREFIX}; ${CASE}`, '/pushgateway/metrics/job/a');
  mistakes(
    '/pushgateway/metrics//job/a',
    'there is a slash too many before "job"',
    '/pushgateway/metrics/job/a',
  );
});

test('remote write gets a hint that Sluice takes pushes', () => {
  const advice = `Sluice takes pushes, not remote write; ${GO}`;
  for (const path of ['/api/v1/write', '/api/prom/push', '/api/v1/push', '/api/v1/receive'])
    misses(path, advice);
  misses('/pushgateway/api/v1/write', advice);
  misses('/prometheus/api/v1/write/', advice);
});

test('a hint does not take the value of a label for a mistake', () => {
  mistakes('/metrics/job/metrics', NO_PREFIX, '/pushgateway/metrics/job/metrics');
  mistakes('/metrics/job/JOB/Metrics/metrics', NO_PREFIX, '/pushgateway/metrics/job/JOB/Metrics/metrics');
});

test('a hint for a prefix at the root names no prefix as missing', () => {
  const atRoot = routes(['']);
  const wanted = 'pushes go to /metrics/job/<job>{/<label>/<value>}';
  mistakes('/metrics/jobs/a', '"job" is expected, "jobs" is found', '/metrics/job/a', atRoot);
  misses('/metrics/job', `the job is missing; ${wanted}`, atRoot);
  mistakes('/job/a', NO_METRICS, '/metrics/job/a', atRoot);
  const tooMany = 'the path prefix "/pushgateway" does not belong there';
  mistakes('/pushgateway/metrics/job/a', tooMany, '/metrics/job/a', atRoot);
  misses('/pushgateway', wanted, atRoot);
});

test('a hint stays below the prefix that was used, and names the first one otherwise', () => {
  const several = routes(['/a', '/a/b', '/metrics']);
  mistakes('/a/b/job/x', NO_METRICS, '/a/b/metrics/job/x', several);
  mistakes('/a/job/x', NO_METRICS, '/a/metrics/job/x', several);
  mistakes('/metrics/job/x', NO_METRICS, '/metrics/metrics/job/x', several);
  mistakes('/c/metrics/job/x', 'the path prefix is "/a", not "/c"', '/a/metrics/job/x', several);
  mistakes(
    '/b/job/x',
    'the path prefix is "/a", not "/b"; "metrics" is missing',
    '/a/metrics/job/x',
    several,
  );
});

test('a hint shows only a path that can be copied', () => {
  misses(
    `/metrics/job/${'a'.repeat(80)}`,
    `${NO_PREFIX}; pushes go to /pushgateway/metrics/job/${'a'.repeat(80)}`,
  );
  const long = `/metrics/job/${'a'.repeat(100)}`;
  misses(long, `${NO_PREFIX}; ${GO}`);
  misses('/metrics/job/a b', `${NO_PREFIX}; ${GO}`);
  misses('/metrics/job/ü', `${NO_PREFIX}; ${GO}`);
});

test('the hint for any path is one line that names a push path', () => {
  const piece = fc.constantFrom(
    '',
    'pushgateway',
    'Pushgateway',
    'metrics',
    'METRICS',
    'job',
    'jobs',
    'job@base64',
  );
  const other = fc.constantFrom('a', 'YQ', '%zz', '%6aob', 'api', 'v1', 'write', '\n');
  const among = routes();
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, other), { maxLength: 7 }), (pieces) => {
      const route = among.find(`/${pieces.join('/')}`);
      if (route.kind !== 'notFound') return;
      expect(route.detail).toMatch(/^Cannot find ".*": [^\p{Cc}]+$/u);
      const meant = route.detail.slice(route.detail.indexOf('pushes go to ') + 'pushes go to '.length);
      expect(['push', 'malformedPush'], route.detail).toContain(among.find(meant).kind);
    }),
  );
});

test('a hint cuts a long path', () => {
  const detail = `Cannot find "/${'a'.repeat(119)}…": ${GO}`;
  expect(routes().find(`/${'a'.repeat(500)}`)).toEqual({ kind: 'notFound', detail });
});
