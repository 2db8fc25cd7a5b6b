// The push endpoint: what it takes and how much of it.
import * as z from 'zod';
import { ALWAYS, fieldsOf, notAbove, refuse } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { pathPrefixesSchema } from './path-prefixes-schema.ts';
import { duration, size, wholeNumber } from './quantities.ts';
import { relabelConfigsSchema } from './relabel-schema.ts';

export function pushgatewaySchema() {
  return mapping({
    enabled: z.boolean().prefault(true).describe('Answer pushes; when off they get 404.'),
    pathPrefixes: pathPrefixesSchema()
      .prefault(['/pushgateway'])
      .describe(
        'Where pushes are taken: <prefix>/metrics/job/<job>. "" takes them at /metrics/job/<job> too.',
      ),
    ...acknowledgement(),
    onDelete: z
      .enum(['reject', 'ignore', 'markStale'])
      .prefault('reject')
      .describe(
        'DELETE on a push path: reject answers 405; ignore answers 202 and does nothing; markStale ends the series of the group (staleness: onReplace).',
      ),
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
    staleness: z
      .enum(['off', 'onReplace'])
      .prefault('off')
      .describe('onReplace: series that a push replaces and does not have get a staleness marker.'),
    ...sizes(),
    metricRelabelConfigs: relabelConfigsSchema()
      .prefault([])
      .describe('Rules for every pushed series, before it goes to any backend.'),
  })
    .superRefine(checkMarkStale, ALWAYS)
    .superRefine(notAbove('maxBodySize', 'maxDecodedSize', 'bytes'), ALWAYS)
    .superRefine(notAbove('maxDecodedSize', 'maxBufferedSize', 'bytes'), ALWAYS);
}

function acknowledgement() {
  return {
    // What stands here when nothing is said depends on the spool: see spool-rules.ts.
    acknowledge: z
      .enum(['queued', 'stored', 'delivered'])
      .exactOptional()
      .describe(
        'What a push waits for before it is answered: queued nothing, stored the disk (needs a spool), delivered the backends. Default: stored with a spool, else queued.',
      ),
    maxWait: duration({ min: '0', max: '10m' })
      .prefault('10s')
      .describe('How long a push may wait for its delivery, whatever it asks for; 0: none waits.'),
    maxWaitingPushes: wholeNumber(0, 1_000_000)
      .prefault(10_000)
      .describe('Pushes that may wait at one time; more are answered without a wait for delivery.'),
  };
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
    stalenessMaxMemory: size({ min: '64KiB', max: '64GiB' })
      .prefault('32MiB')
      .describe(
        'What staleness: onReplace may remember; beyond it groups not pushed for longest are forgotten.',
      ),
  };
}

/** Without a memory of the series of a group nothing can be said of their end. */
function checkMarkStale(value: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const { onDelete, staleness } = fieldsOf(value);
  if (onDelete === 'markStale' && staleness === 'off')
    refuse(context, ['onDelete'], 'reject or ignore where staleness is off', '"markStale"');
}
