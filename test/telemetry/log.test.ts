import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { readableLines } from '../../src/telemetry/log.ts';
import { captureLog } from '../support/captured-log.ts';

test('an event is one line of JSON with time, level and event', () => {
  const { log, lines } = captureLog();
  log.info({ address: '127.0.0.1:3030' }, 'listening');
  expect(lines.length).toBe(1);
  expect(lines[0]).toMatch(
    /^\{"level":"info","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","address":.*\}\n$/,
  );
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    address: '127.0.0.1:3030',
    event: 'listening',
  });
});

test('what looks like a line break in a field does not break the line', () => {
  const { log, lines } = captureLog();
  log.warn({ detail: 'a\n{"event":"forged"}' }, 'pushRefused');
  expect(lines[0]?.trimEnd()).not.toContain('\n');
});

test('secrets are not shown', () => {
  const { log, lines } = captureLog();
  log.info(
    { authorization: 'Bearer hunter2', headers: { authorization: 'hunter2' }, x: new Secret('hunter2') },
    'e',
  );
  expect(lines[0]).not.toContain('hunter2');
  expect(lines[0]).toContain('<redacted>');
});

test('events below the level are not written', () => {
  const { log, lines } = captureLog('warn');
  log.info({}, 'listening');
  expect(lines).toEqual([]);
});

test('a person gets readable lines', async () => {
  const printed: string[] = [];
  const stream = await readableLines({ write: (line) => printed.push(line) }, false);
  stream.write('{"level":"warn","time":"2026-01-01T00:00:00.000Z","job":"a","event":"pushRefused"}\n');
  expect(printed.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: pushRefused \{"job":"a"\}\n$/);
});

test.each(['json', 'auto', 'pretty'])('format %s loses no line when the program ends at once', (format) => {
  const program = `
    const { openLog } = await import(${JSON.stringify(new URL('../../src/telemetry/log.ts', import.meta.url).href)});
    const log = await openLog({ level: 'info', format: '${format}' });
    for (let i = 0; i < 500; i++) log.info({ i }, 'event');
    process.exit(0);`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(printed.trimEnd().split('\n').length).toBe(500);
  expect(printed.startsWith('{')).toBe(format !== 'pretty');
});
