// Whatever is asked, no answer is one that clients take for an error although it means success, or that they follow and
// lose the push: 201, 204 and redirects are never sent.
import { METHODS } from 'node:http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IntakeRoad, JOB_PATH, requestText, startIntake } from '../../support/intake-road.ts';

const KNOWN = [200, 202, 400, 404, 405, 408, 413, 415, 431, 503];

const method = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('PUT', 'POST', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH') },
  { weight: 1, arbitrary: fc.constantFrom(...METHODS, 'put', 'PUSH', '') },
);
const piece = fc.constantFrom(
  ...[
    '',
    '.',
    '..',
    '%2e%2e',
    '%2F',
    '%',
    '%ff',
    '@base64',
    'job',
    'jobs',
    'JOB',
    'job@base64',
    'YQ',
    '=',
    'a',
  ],
  ...[
    'metrics',
    'Metrics',
    'pushgateway',
    'instance',
    '__name__',
    'U__',
    'api',
    'v1',
    'status',
    'write',
    '-',
    'ready',
  ],
);
const target = fc
  .tuple(
    fc.constantFrom('', '/', JOB_PATH, '/pushgateway', '/metrics', 'http://h/pushgateway', '*', '//'),
    fc.array(piece, { maxLength: 6 }),
    fc.constantFrom('', '?a=b', '#c', '/'),
  )
  .map(([start, pieces, end]) => `${[start, ...pieces].join('/')}${end}`);
const header = fc.constantFrom(
  ...[
    'Host: x',
    'Expect: 100-continue',
    'Expect: more',
    'Connection: close',
    'Connection: Upgrade',
    'Upgrade: h2c',
  ],
  ...[
    'Content-Encoding: gzip',
    'Content-Encoding: br',
    'Content-Type: application/json',
    'Content-Length: x',
  ],
  ...['Content-Type: application/openmetrics-text', 'Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'],
  ...['Prefer: wait=10', 'If-Match: "a"', 'If-None-Match: *', 'Range: bytes=0-1', 'Accept: nothing/nothing'],
);
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', '');
const body = fc.constantFrom(undefined, '', 'm 1\n', 'm\n', '0\r\n\r\n');

/** Its answers to one request; who closes the connection without a word has not said a wrong one. */
async function answersTo(road: IntakeRoad, request: string): Promise<string[]> {
  const connection = await road.connect();
  connection.send(request);
  connection.endSending();
  await connection.closed();
  return connection.received.split(/(?=HTTP\/1\.1 \d{3} )/).filter((answer) => answer !== '');
}

/** Returns the status. */
function check(answer: string, isHead: boolean): number {
  const [, code, headers = '', text] =
    /^HTTP\/1\.1 (\d{3}) .*\r\n((?:.+\r\n)*)\r\n([\s\S]*)$/.exec(answer) ?? [];
  const status = Number(code);
  if (status === 100) return status;
  expect(KNOWN).toContain(status);
  expect(headers).not.toMatch(/^location:/im);
  if (status === 202) {
    expect(headers).toMatch(/^content-length: 0\r$/im);
    expect(text).toBe('');
  }
  if (status >= 400 && !isHead) expect(text).toMatch(/^[^\n]+\n$/);
  return status;
}

test.each(['reject', 'ignore'])(
  'no odd request is answered 201, 204 or with a redirect (onDelete: %s)',
  async (onDelete) => {
    const road = await startIntake({ push: { onDelete, pathPrefixes: ['/pushgateway', ''] } });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        method,
        target,
        version,
        fc.uniqueArray(header, { maxLength: 3 }),
        body,
        async (...parts) => {
          const [verb, path, protocol, headers, content] = parts;
          const request = requestText(`${verb} ${path} ${protocol}`, headers, content);
          for (const answer of await answersTo(road, request)) seen.add(check(answer, verb === 'HEAD'));
        },
      ),
      // Chance may leave out the ordinary push.
      { numRuns: 400, examples: [['PUT', '/pushgateway/metrics/job/j', 'HTTP/1.1', [], 'm 1\n']] },
    );
    expect([...seen]).toEqual(expect.arrayContaining([200, 202, 400, 404, 405]));
    expect(await road.counted(500, 'fault')).toBe(0);
  },
  60_000,
);
