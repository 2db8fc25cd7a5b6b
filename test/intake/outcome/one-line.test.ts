// Whatever a client sends, an error is one line: nothing of the client's own text begins another one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from '../../../src/wire/quoted-text.ts';
import { type IntakeRoad, JOB_PATH, pushText, requestText, startIntake } from '../../support/intake-road.ts';

/** All that a terminal, an editor or a log reader may take for the end of a line, and what moves a cursor. */
const ENDS_OR_CONTROLS = /[\p{Cc}\u2028\u2029]/u;

async function expectOneLine(road: IntakeRoad, request: string | Uint8Array): Promise<string> {
  const connection = await road.connect();
  connection.send(request);
  const { status, headers, body } = await connection.answer();
  connection.cut();
  expect([400, 404, 413, 415]).toContain(status);
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(body.at(-1)).toBe('\n');
  expect(body.slice(0, -1)).not.toMatch(ENDS_OR_CONTROLS);
  expect(body.length).toBeLessThan(600);
  return body;
}

const CONTROLS = Array.from({ length: 0xa0 }, (_, i) => String.fromCharCode(i)).filter((c) =>
  /\p{Cc}/u.test(c),
);

test('the answer to any malformed body is one line', async () => {
  const road = await startIntake();
  for (const odd of [...CONTROLS, '\u2028', '\u2029', '\ufeff', '\u202e', '😀']) {
    await expectOneLine(road, pushText(`m${odd} x\n`));
    await expectOneLine(road, pushText(`m{a="${odd}" x} 1\n`));
    await expectOneLine(road, pushText(`m 1${odd}x\n`));
    await expectOneLine(road, pushText(`# TYPE m${odd} no${odd}type\n`));
  }
});

test('the answer to a body with tokens of megabytes is one short line', async () => {
  const road = await startIntake();
  const huge = 'x'.repeat(10 << 20);
  await expectOneLine(road, pushText(`${huge}\n`));
  await expectOneLine(road, pushText(`m ${huge}\n`));
  await expectOneLine(road, pushText(`m{${huge}} 1\n`));
  await expectOneLine(road, pushText(`m{a="${huge}"} x\n`));
  await expectOneLine(road, pushText(`m 1 ${huge}\n`));
  await expectOneLine(road, pushText(`# TYPE m ${huge}\n`));
});

test('the answer to a path or header that cannot be used is one line', async () => {
  const road = await startIntake();
  for (const odd of [...CONTROLS, '\u2028', '\u2029']) {
    const escaped = encodeURIComponent(odd);
    await expectOneLine(road, requestText(`POST ${JOB_PATH}/${escaped}/a HTTP/1.1`, [], ''));
    await expectOneLine(road, requestText(`POST ${JOB_PATH}/a@base64/${escaped}! HTTP/1.1`, [], ''));
    await expectOneLine(road, requestText(`POST ${JOB_PATH}/${escaped} HTTP/1.1`, [], ''));
  }
  const odd = '\u0085\u009f\t\u00ff';
  const push = (header: string) => Buffer.from(pushText('m x\n', [header]), 'latin1');
  await expectOneLine(road, push(`Content-Encoding: ${odd}${'x'.repeat(9000)}`));
  await expectOneLine(road, push(`Content-Type: application/vnd.google.protobuf;${odd}${'x'.repeat(9000)}`));
  await expectOneLine(road, requestText(`POST /nowhere/${'x'.repeat(9000)} HTTP/1.1`, [], ''));
  await expectOneLine(road, requestText(`POST ${JOB_PATH}/${'x'.repeat(9000)} HTTP/1.1`, [], ''));
});

test('quoted text is one line of bounded length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      const quoted = quote(text);
      expect(quoted).not.toMatch(ENDS_OR_CONTROLS);
      expect(quoted.length).toBeLessThanOrEqual(2 + 61 * 6);
      if (text.length <= 60) expect(JSON.parse(quoted)).toBe(text);
    }),
  );
});
