// The push endpoint: what it takes and how much of it.
import * as z from 'zod';
import { ALWAYS, notAbove } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { pathPrefixesSchema } from './path-prefixes-schema.ts';
import { size } from './quantities.ts';

export function pushgatewaySchema() {
  return mapping({
    enabled: z.boolean().prefault(true).describe('Answer pushes; when off they get 404.'),
    pathPrefixes: pathPrefixesSchema()
      .prefault(['/pushgateway'])
      .describe(
        'Where pushes are taken: <prefix>/metrics/job/<job>. "" takes them at /metrics/job/<job> too.',
      ),
    acknowledge: z
      .enum(['queued'])
      .prefault('queued')
      .describe('What an answer of 202 promises: the push is queued.'),
    onDelete: z
      .enum(['reject', 'ignore'])
      .prefault('reject')
      .describe('DELETE on a push path: reject answers 405; ignore answers 202 and does nothing.'),
    timestamps: z
      .enum(['honor', 'reject', 'ignore'])
      .prefault('honor')
      .describe(
        'What to do with timestamps in a pushed body; without one a sample gets the time of its receipt.',
      ),
    contentEncodings: z
      .array(z.enum(['gzip', 'snappy', 'zstd']))
      .prefault(['gzip'])
      .transform((named) => [...new Set(['gzip' as const, ...named])])
      .describe(
        'Compressions to take beside plain bodies: gzip always, snappy and zstd where they are named.',
      ),
    lineEndings: z
      .enum(['strict', 'lenient'])
      .prefault('strict')
      .describe(
        'strict: every line ends in LF, as Pushgateway has it. lenient: also CRLF and a last line without end.',
      ),
    bucketLabels: z
      .enum(['canonical', 'openmetrics', 'verbatim'])
      .prefault('canonical')
      .describe(
        'How le and quantile are written: canonical as Pushgateway would (1), openmetrics (1.0), or as pushed.',
      ),
    utf8Names: z
      .boolean()
      .prefault(false)
      .describe(
        'Take any UTF-8 as metric and label names: quoted in text, raw or escaped (U__...) in the path.',
      ),
    pushTimeMetrics: z
      .boolean()
      .prefault(false)
      .describe('Add push_time_seconds, the time of the push, with the labels of its grouping key.'),
    ...sizes(),
  })
    .superRefine(notAbove('maxBodySize', 'maxDecodedSize', 'bytes'), ALWAYS)
    .superRefine(notAbove('maxDecodedSize', 'maxBufferedSize', 'bytes'), ALWAYS);
}

function sizes() {
  return {
    maxBodySize: size({ min: '1B', max: '1GiB' })
      .prefault('16MiB')
      .describe('The largest body as received; above it 413.'),
    maxDecodedSize: size({ min: '1B', max: '1GiB' })
      .prefault('64MiB')
      .describe('The largest body after decompression; above it 413.'),
    maxBufferedSize: size({ min: '1B', max: '64GiB' })
      .prefault('128MiB')
      .describe(
        'Bytes of all bodies that are received or decoded at one time; above it pushes are answered 503.',
      ),
  };
}
