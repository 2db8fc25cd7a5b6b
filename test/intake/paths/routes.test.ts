import { expect, test } from 'vitest';
import { type Route, Routes } from '../../../src/intake/paths/routes.ts';
import { LayoutNumbers } from '../../../src/labels/fixed-labels.ts';

function routes(pathPrefixes: readonly string[] = ['/pushgateway'], enabled = true): Routes {
  const options = { enabled, pathPrefixes, utf8Names: false, defaults: {} };
  return new Routes(options, new LayoutNumbers());
}

/** The labels of the push path that a target is; what else it is otherwise. */
function meaning(route: Route): unknown {
  if (route.kind === 'push') return Object.fromEntries(JSON.parse(route.groupingKey.canonical));
  return 'detail' in route ? `${route.kind}: ${route.detail}` : route.kind;
}

function finds(target: string, expected: unknown, among = routes()): void {
  // The second time it may be remembered.
  expect(meaning(among.find(target)), target).toEqual(expected);
  expect(meaning(among.find(target)), target).toEqual(expected);
}

test('a doubled slash after "job" is an empty job', () => {
  finds('/pushgateway/metrics/job//a', 'malformedPush: Cannot read path: expected a job name, found none');
});

test('a push path with a malformed grouping key says so', () => {
  const cut = 'malformedPush: Cannot read path: expected a value for label "b", found the end of the path';
  finds('/pushgateway/metrics/job/a/b', cut);
  finds('/pushgateway/metrics/job/a/b?c/d', cut);
  finds('/pushgateway/metrics/job/', 'malformedPush: Cannot read path: expected a job name, found none');
});

test('a push path yields its grouping key', () => {
  finds('/pushgateway/metrics/job/a', { job: 'a' });
  finds('/pushgateway/metrics/job/a/', { job: 'a' });
  finds('/pushgateway/metrics/job/a/instance/b', { job: 'a', instance: 'b' });
  finds('/pushgateway/metrics/job@base64/YQ', { job: 'a' });
  finds('/pushgateway/metrics/job%40base64/YQ', { job: 'a' });
  finds('/pushgateway/metrics/%6aob/a', { job: 'a' });
  finds('/%70ushgateway/metr%69cs/job/a', { job: 'a' });
  finds('/pushgateway/metrics/job/a%2Fb', { job: 'a/b' });
  finds('/pushgateway/metrics/job/../instance/%2e', { job: '..', instance: '.' });
});

test('query and fragment are no part of the path', () => {
  finds('/pushgateway/metrics/job/a?b=c', { job: 'a' });
  finds('/pushgateway/metrics/job/a/b/c?d/e', { job: 'a', b: 'c' });
  finds('/pushgateway/metrics/job/a#b', { job: 'a' });
  finds('/pushgateway/metrics/job/a#b?c', { job: 'a' });
  finds('/pushgateway/metrics/job/a%3Fb%23c', { job: 'a?b#c' });
  finds('/-/healthy?probe=1', 'healthy');
  finds('/-/flush?timeout=5s', 'flush');
  finds('/pushgateway/-/quit', 'quit');
});

test('doubled slashes before "metrics" count as one', () => {
  finds('//pushgateway//metrics/job/a', { job: 'a' });
  finds('/pushgateway///metrics/job/a', { job: 'a' });
  finds('//metrics/job/a', { job: 'a' }, routes(['']));
  finds('/a//b/metrics/job/a', { job: 'a' }, routes(['/a/b']));
});

test('the absolute form counts by its path', () => {
  finds('http://host/pushgateway/metrics/job/a', { job: 'a' });
  finds('HTTPS://user@host:1/pushgateway/metrics/job/a/b/http:%2F%2Fx?y', { job: 'a', b: 'http://x' });
  finds('http://host//pushgateway/metrics/job/a', { job: 'a' });
  finds('http://host/-/ready', 'ready');
  finds('http://host', 'index');
  finds('http://host?a/b', 'index');
});

test('each prefix takes pushes, and only those', () => {
  const several = routes(['', '/a', '/nested/b']);
  finds('/metrics/job/x', { job: 'x' }, several);
  finds('/a/metrics/job/x', { job: 'x' }, several);
  finds('/nested/b/metrics/job/x', { job: 'x' }, several);
  expect(several.find('/b/metrics/job/x').kind).toBe('notFound');
  expect(several.find('/nested/metrics/job/x').kind).toBe('notFound');
  expect(several.find('/a/nested/b/metrics/job/x').kind).toBe('notFound');
});

test('health, readiness, metrics and status answer at the root and below each prefix', () => {
  const several = routes(['', '/a', '/nested/b']);
  for (const prefix of ['', '/a', '/nested/b']) {
    finds(`${prefix}/-/healthy`, 'healthy', several);
    finds(`${prefix}/health`, 'healthy', several);
    finds(`${prefix}/-/ready`, 'ready', several);
    finds(`${prefix}/ready`, 'ready', several);
    finds(`${prefix}/metrics`, 'metrics', several);
    finds(`${prefix}/api/v1/status`, 'status', several);
  }
  finds('/', 'index', several);
});

test('switched off, no push path is found, and the rest is', () => {
  const off = routes(['', '/pushgateway'], false);
  const why = 'pushes are switched off (push.pushgateway.enabled)';
  const target = '/pushgateway/metrics/job/a';
  finds(target, `notFound: Cannot find "${target}": ${why}`, off);
  finds('/metrics/job/a/b', `notFound: Cannot find "/metrics/job/a/b": ${why}`, off);
  finds('/pushgateway/-/healthy', 'healthy', off);
  finds('/ready', 'ready', off);
  finds('/metrics', 'metrics', off);
});

test('targets that spell the same labels differently have equal grouping keys', () => {
  const among = routes();
  const keyOf = (target: string) => {
    const route = among.find(`/pushgateway/metrics${target}`);
    return route.kind === 'push' ? [route.groupingKey.canonical, route.groupingKey.hash] : route.kind;
  };
  const key = keyOf('/job/j/a/1/b/2');
  expect(keyOf('/job/j/b/2/a/1')).toEqual(key);
  expect(keyOf('/job@base64/ag==/a/1/b/%32')).toEqual(key);
  expect(keyOf('/job/j/a/1/b/2/c@base64/=')).toEqual(key);
  expect(keyOf('/job/j/a/2/b/1')).not.toEqual(key);
});
