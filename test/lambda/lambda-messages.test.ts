// What Lambda sends, read: events of the Extensions API, and bodies of the Telemetry API.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExtensionEvent } from '../../src/lambda/extensions-api.ts';
import { parseTelemetry } from '../../src/lambda/telemetry.ts';

describe('an event', () => {
  const isRefused = (text: string, wanted: string) =>
    it(`is refused: ${text}`, () => {
      const message = `Cannot read the event of Lambda: expected ${wanted}, found ${JSON.stringify(text)}`;
      expect(() => parseExtensionEvent(text)).toThrow(new SyntaxError(message));
    });
  isRefused('', 'a JSON object');
  isRefused('null', 'a JSON object');
  isRefused('"INVOKE"', 'a JSON object');
  isRefused('{"eventType":"INVOKE","requestId":"a"}', 'a number as deadlineMs');
  isRefused('{"eventType":"INVOKE","deadlineMs":1}', 'a text as requestId');
  isRefused('{"eventType":"RESTORE","deadlineMs":1}', 'INVOKE or SHUTDOWN as eventType');

  it('of an invocation has its request and deadline', () => {
    const text =
      '{"eventType":"INVOKE","deadlineMs":676051,"requestId":"3da1f2dc","invokedFunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:ExtensionTest","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}';
    expect(parseExtensionEvent(text)).toEqual({ kind: 'invoke', requestId: '3da1f2dc', deadlineMs: 676_051 });
  });

  it('of a shutdown has its reason and deadline', () => {
    expect(
      parseExtensionEvent('{"eventType":"SHUTDOWN","shutdownReason":"TIMEOUT","deadlineMs":676051}'),
    ).toEqual({ kind: 'shutdown', reason: 'TIMEOUT', deadlineMs: 676_051 });
  });
});

describe('telemetry', () => {
  it('of an invocation says that it has begun and that its handler is done', () => {
    const text = JSON.stringify([
      { time: '2022-10-12T00:00:15.064Z', type: 'platform.initStart', record: { phase: 'init' } },
      {
        time: '2022-10-12T00:00:15.064Z',
        type: 'platform.start',
        record: { requestId: 'a', version: '$LATEST' },
      },
      {
        time: '2022-10-12T00:01:15.000Z',
        type: 'platform.runtimeDone',
        record: { requestId: 'a', status: 'timeout', metrics: { durationMs: 140, producedBytes: 16 } },
      },
      { time: '2022-10-12T00:01:15.000Z', type: 'platform.report', record: { requestId: 'a', metrics: {} } },
    ]);
    expect(parseTelemetry(text)).toEqual([
      { kind: 'started', requestId: 'a' },
      { kind: 'done', requestId: 'a' },
    ]);
  });

  it('of any other shape says nothing, whatever it is', () => {
    for (const text of [
      '',
      '{',
      'null',
      '7',
      '{"type":"platform.start"}',
      '[[]]',
      '[{"type":"platform.start"}]',
    ])
      expect(parseTelemetry(text)).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => parseTelemetry(text).length === 0));
    fc.assert(fc.property(fc.string(), (text) => parseTelemetry(text).length === 0));
  });
});
