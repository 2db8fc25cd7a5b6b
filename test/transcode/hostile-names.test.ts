// Names of millions of bytes: their messages are one readable line, and they are not kept in memory.
import { describe, expect, test } from 'vitest';
import { loadProtoType } from '../../src/devbackend/protobuf-messages.ts';
import type { BodyFormat } from '../../src/transcode/body-format.ts';
import { decodePush, fixed, newTranscoder, RECEIVED_AT_MS, transcodeBody } from './transcode-body.ts';

const FAMILY = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
const LONG = 'm'.repeat(2_000_000);

describe('a refusal of a family with a name of two million bytes is one line that can be read', () => {
  const refuses = (what: string, body: string | Uint8Array, format: BodyFormat) =>
    test(what, () => {
      const message = transcodeBody(newTranscoder(), body, fixed(), RECEIVED_AT_MS, format);
      expect(message).toMatch(/^Cannot parse exposition [^\n]{20,400}$/);
    });
  const family = (name: string, metric: object, type: number) =>
    FAMILY.encodeDelimited(FAMILY.fromObject({ name, type, metric: [metric] })).finish();

  for (const format of ['text', 'openMetricsWithoutEof'] as const) {
    refuses(`${format}: a second TYPE`, `# TYPE ${LONG} gauge\n# TYPE ${LONG} gauge\n`, format);
    refuses(`${format}: a second HELP`, `# HELP ${LONG} x\n# HELP ${LONG} x\n`, format);
    const parts = `${LONG}_count 1\n# TYPE ${LONG} histogram\n${LONG}_sum 1\n`;
    refuses(`${format}: a part before its TYPE`, parts, format);
  }
  refuses('lines of one family apart', `${LONG} 1\nn 1\n${LONG}{a="b"} 1\n`, 'openMetricsWithoutEof');
  const collision = [family(LONG, { histogram: {} }, 4), family(`${LONG}_count`, { gauge: { value: 1 } }, 1)];
  refuses('protobuf: a name like a part of another', Buffer.concat(collision), 'protobuf');
  refuses('protobuf: a wrong value', family(LONG, { counter: { value: 1 } }, 1), 'protobuf');
});

test('metadata of a long name is sent once in an interval, and of another such name as well', () => {
  const transcoder = newTranscoder({ metadataIntervalMs: 60_000 });
  const metadataOf = (name: string) => {
    const encoded = transcodeBody(transcoder, `# TYPE ${name} gauge\n${name} 1\nother{x="${name}"} 1\n`);
    transcoder.confirm(RECEIVED_AT_MS);
    return decodePush(encoded as Buffer).metadata.map(({ family }) => family);
  };
  const name = LONG.slice(0, 5000);
  expect(metadataOf(name)).toEqual([name]);
  expect(metadataOf(name)).toEqual([]);
  expect(metadataOf(`${name}n`)).toEqual([`${name}n`]);
});
