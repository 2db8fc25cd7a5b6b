// Client libraries and tools that cannot be installed for the tests: the wire form that their sources and
// documentation give is replayed byte for byte on a bare socket.
import { gzip } from 'pako';
import { describe, expect, test } from 'vitest';
import { startIntake } from '../support/intake-road.ts';
import { ROWS, ROWS_ARRIVED, ROWS_LENGTH, refuses, takes } from '../support/replay.ts';
import { answerTo, inChunks, wireForm } from '../support/wire-form.ts';

const AT = '/pushgateway/metrics/job/backup';
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const TEXT = 'Content-Type: text/plain; version=0.0.4; charset=utf-8';

describe('.NET prometheus-net', () => {
  // Its endpoint ends in "/metrics", and it appends "/job/<job>{/<label>/<value>}". No User-Agent.
  const head = (method: string, target: string) => [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1:3030',
    'Transfer-Encoding: chunked',
    TEXT,
  ];
  const histogram = [
    '# HELP wait_seconds Wait.\n# TYPE wait_seconds histogram\n',
    'wait_seconds_sum 55.55\nwait_seconds_count 4\n',
    'wait_seconds_bucket{le="0.1"} 1\nwait_seconds_bucket{le="1"} 2\nwait_seconds_bucket{le="+Inf"} 4\n',
  ];

  refuses(
    'prometheus-net with an endpoint that lacks "/metrics"',
    wireForm(head('POST', '/pushgateway/job/backup'), inChunks(ROWS)),
    {
      status: 404,
      text: 'Cannot find "/pushgateway/job/backup": "metrics" is missing; pushes go to /pushgateway/metrics/job/backup',
    },
  );
  takes('prometheus-net', wireForm(head('POST', `${AT}/instance/i1`), inChunks(...histogram)), [
    'wait_seconds_sum{instance="i1",job="backup"} 55.55',
    'wait_seconds_count{instance="i1",job="backup"} 4',
    'wait_seconds_bucket{instance="i1",job="backup",le="0.1"} 1',
    'wait_seconds_bucket{instance="i1",job="backup",le="1"} 2',
    'wait_seconds_bucket{instance="i1",job="backup",le="+Inf"} 4',
  ]);
  takes('prometheus-net with ReplaceOnPush', wireForm(head('PUT', AT), inChunks(ROWS)));
  takes(
    'prometheus-net with a space and a letter beyond ASCII in its labels',
    wireForm(head('POST', `${AT}/title/a%20b/city/Malm%C3%B6`), inChunks(ROWS)),
    ['rows_total{city="Malmö",job="backup",table="a",title="a b"} 3'],
  );
});

describe('PowerShell', () => {
  const agent =
    'User-Agent: Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.20348; en-US) PowerShell/7.4.6';
  const head = (method: string, ...headers: readonly string[]) => [
    `${method} ${AT} HTTP/1.1`,
    'Host: 127.0.0.1:3030',
    agent,
    'Accept-Encoding: gzip, deflate, br',
    ...headers,
  ];
  const windows = 'rows_total{table="a"} 3\r\n';

  refuses(
    'Invoke-WebRequest with the lines of a Windows file',
    wireForm(head('PUT', `Content-Length: ${windows.length}`), windows),
    {
      status: 400,
      text: `Cannot parse exposition line 1: expected a number as value, found "3\\r"; the line ends in CR LF: expected LF alone (or push.pushgateway.lineEndings: lenient)`,
    },
  );
  takes('Invoke-WebRequest -Method PUT', wireForm(head('PUT', ROWS_LENGTH), ROWS));
  takes('Invoke-WebRequest -Method POST', wireForm(head('POST', FORM, ROWS_LENGTH), ROWS));

  test('a replay of the documented wire form of Invoke-WebRequest with the lines of a Windows file is accepted if lineEndings is lenient', async () => {
    const road = await startIntake({ push: { lineEndings: 'lenient' } });
    const request = wireForm(head('PUT', `Content-Length: ${windows.length}`), windows);
    expect((await answerTo(road, request)).status).toBe(202);
    expect(await road.delivered(1)).toEqual(ROWS_ARRIVED);
  });
});

describe('prometheus-cpp since 1.2', () => {
  // Whatever is not of A-Z a-z 0-9 - . _ ~ goes as base64, padded. Push() is POST, PushAdd() is PUT.
  const head = (method: string, target: string) => [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1:3030',
    'Accept: */*',
    TEXT,
    ROWS_LENGTH,
  ];
  const arrives = (name: string, value: string, base64: string) =>
    takes(
      `prometheus-cpp with ${name} in a label`,
      wireForm(head('POST', `${AT}/x@base64/${base64}`), ROWS),
      value === '' ? ROWS_ARRIVED : [`rows_total{job="backup",table="a",x="${value}"} 3`],
    );

  takes('prometheus-cpp', wireForm(head('PUT', `${AT}/instance/i-1.a_b~c`), ROWS), [
    'rows_total{instance="i-1.a_b~c",job="backup",table="a"} 3',
  ]);
  takes(
    'prometheus-cpp with a slash in its job',
    wireForm(head('POST', '/pushgateway/metrics/job@base64/YS9i'), ROWS),
    ['rows_total{job="a/b",table="a"} 3'],
  );
  arrives('a slash', '/var/tmp', 'L3Zhci90bXA=');
  arrives('a space', 'a b', 'YSBi');
  arrives('a plus', '1.0+build5', 'MS4wK2J1aWxkNQ==');
  arrives('a letter beyond ASCII', 'Malmö', 'TWFsbcO2');
  arrives('letters of the URL-safe alphabet', '~~~???ÿ', 'fn5-Pz8_w78=');
  arrives('nothing', '', '=');
});

describe('VictoriaMetrics metrics, InitPush', () => {
  const compressed = gzip(ROWS);
  const head = (method: string) => [
    `${method} ${AT} HTTP/1.1`,
    'Host: 127.0.0.1:3030',
    'User-Agent: Go-http-client/1.1',
    `Content-Length: ${compressed.length}`,
    'Content-Encoding: gzip',
    'Content-Type: text/plain',
    'Accept-Encoding: gzip',
  ];
  refuses('InitPush, which sends its body with GET', wireForm(head('GET'), compressed), {
    status: 405,
    text: 'Cannot GET a group: expected PUT or POST; Sluice forwards each push and keeps nothing, so there is nothing to read',
    allow: 'PUT, POST',
  });
  takes('InitPush with Method: POST', wireForm(head('POST'), compressed));
  takes('InitPush with Method: PUT', wireForm(head('PUT'), compressed));
});

describe('other libraries and tools', () => {
  takes(
    'client_ruby, with TYPE before HELP',
    wireForm(
      [
        `PUT ${AT}/path@base64/L3Zhci90bXA= HTTP/1.1`,
        'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
        'Accept: */*',
        'User-Agent: Ruby',
        'Host: 127.0.0.1:3030',
        'Content-Type: text/plain; version=0.0.4',
        'Connection: close',
        'Content-Length: 81',
      ],
      '# TYPE rows_total counter\n# HELP rows_total Rows.\nrows_total{table="a"} Infinity\n',
    ),
    ['rows_total{job="backup",path="/var/tmp",table="a"} Infinity'],
  );
  takes(
    'promphp, whose base URL ends in a slash',
    wireForm(
      [
        `PUT ${AT.replace('/metrics', '//metrics')} HTTP/1.1`,
        ROWS_LENGTH,
        'User-Agent: GuzzleHttp/7',
        'Host: 127.0.0.1:3030',
        'Content-Type: text/plain; version=0.0.4',
      ],
      ROWS,
    ),
  );
  takes(
    'Telegraf, outputs.http with the format prometheus and gzip',
    wireForm(
      [
        `POST ${AT} HTTP/1.1`,
        'Host: 127.0.0.1:3030',
        'User-Agent: Telegraf',
        'Transfer-Encoding: chunked',
        'Content-Encoding: gzip',
        'Content-Type: text/plain; charset=utf-8',
        'Accept-Encoding: gzip',
      ],
      inChunks(gzip(ROWS)),
    ),
  );
  takes(
    'HTTP::Tiny of Perl',
    wireForm(
      [
        `POST ${AT} HTTP/1.1`,
        ROWS_LENGTH,
        'User-Agent: HTTP-Tiny/0.080',
        'Content-Type: application/octet-stream',
        'Connection: close',
        'Host: 127.0.0.1:3030',
      ],
      ROWS,
    ),
  );
});
