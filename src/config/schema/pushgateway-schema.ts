// The push endpoint: its paths, what it takes, and how much of it.
import * as z from 'zod';
import { describeValue } from '../describe-value.ts';
import { ALWAYS, fieldsOf, notAbove, refuse, refuseValue, uniqueTexts } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { duration, size, wholeNumber } from './quantities.ts';
import { relabelConfigsSchema } from './relabel-schema.ts';

export function pushgatewaySchema() {
  return mapping({
    enabled: z.boolean().prefault(true).describe('false: pushes get 404. Health checks and metrics stay.'),
    pathPrefixes: pathPrefixesSchema()
      .prefault(['/pushgateway'])
      .describe(
        'Where Sluice takes pushes: <prefix>/metrics/job/<job>. "" also takes them at /metrics/job/<job>, as Pushgateway does.',
      ),
    ...acknowledgement(),
    onDelete: z
      .enum(['reject', 'ignore', 'markStale'])
      .prefault('reject')
      .describe(
        'DELETE on a push path. reject: 405. ignore: 202, and nothing happens. markStale: 202, and ends the series of the group (needs staleness: onReplace).',
      ),
    timestamps: z
      .enum(['honor', 'reject', 'ignore'])
      .prefault('honor')
      .describe(
        'Timestamps in a body. honor: keeps them. reject: 400. ignore: the time of receipt, which a sample without a timestamp always gets.',
      ),
    contentEncodings: z
      .array(z.enum(['gzip', 'snappy', 'zstd']))
      .prefault(['gzip'])
      .transform((named) => [...new Set(['gzip' as const, ...named])])
      .describe('Compressed bodies to take: gzip always, and snappy and zstd if they are listed.'),
    lineEndings: z
      .enum(['strict', 'lenient'])
      .prefault('strict')
      .describe(
        'strict: every line ends in LF, as in Pushgateway. lenient: also takes CRLF, and a last line without an end.',
      ),
    bucketLabels: z
      .enum(['canonical', 'openmetrics', 'verbatim'])
      .prefault('canonical')
      .describe(
        'How le and quantile are written. canonical: as Pushgateway does (1). openmetrics: 1.0. verbatim: as pushed.',
      ),
    utf8Names: z
      .boolean()
      .prefault(false)
      .describe(
        'true: takes any UTF-8 as metric and label names, quoted in text, and raw or escaped (U__...) in the path.',
      ),
    pushTimeMetrics: z
      .boolean()
      .prefault(false)
      .describe(
        'true: adds push_time_seconds, the time of the push, with the labels of its grouping key, also to an empty push. It replaces a pushed family of that name.',
      ),
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
    // The default depends on the spool: see spool-schema.ts.
    acknowledge: z
      .enum(['queued', 'stored', 'delivered'])
      .exactOptional()
      .describe(
        'When a push is answered. queued: at once. stored: when it is on disk (needs a spool). delivered: when the backends have it. Default: stored with a spool, else queued.',
      ),
    maxWait: duration({ min: '0', max: '10m' })
      .prefault('10s')
      .describe('The longest wait for delivery, whatever a push asks for, up to 10m. 0: no push waits.'),
    maxWaitingPushes: wholeNumber(0, 1_000_000)
      .prefault(10_000)
      .describe('Pushes that may wait at one time. Sluice answers more without waiting for delivery.'),
  };
}

function sizes() {
  return {
    maxBodySize: size({ min: '1B', max: '1GiB' })
      .prefault('16MiB')
      .describe('The largest body as received. Above it, 413.'),
    maxDecodedSize: size({ min: '1B', max: '1GiB' })
      .prefault('64MiB')
      .describe('The largest body after decompression. Above it, 413. At least maxBodySize.'),
    maxBufferedSize: size({ min: '1B', max: '64GiB' })
      .prefault('128MiB')
      .describe(
        'All bodies that are received or decoded at one time. Above it, pushes get 503. At least maxDecodedSize.',
      ),
    stalenessMaxMemory: size({ min: '64KiB', max: '64GiB' })
      .prefault('32MiB')
      .describe(
        'Memory for staleness: onReplace. Beyond it, Sluice forgets the groups that were not pushed for longest.',
      ),
  };
}

/** Staleness compares a push with the known series of its group. */
function checkMarkStale(value: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const { onDelete, staleness } = fieldsOf(value);
  if (onDelete === 'markStale' && staleness === 'off')
    refuse(context, ['onDelete'], 'reject or ignore while staleness is off', '"markStale"');
}

/** Segments of characters that need no escape in a path (RFC 3986, section 3.3); no empty segment, no last slash. */
const PREFIX = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*$/;

function pathPrefixesSchema() {
  return z
    .array(pathPrefixSchema())
    .min(1, { error: 'at least one path prefix ("" is the root)' })
    .superRefine((prefixes: readonly unknown[], context) => {
      if (!Array.isArray(prefixes)) return;
      uniqueTexts(prefixes, (at) =>
        refuse(context, [at], 'each path prefix once', `${describeValue(prefixes[at])} again`),
      );
    }, ALWAYS);
}

function pathPrefixSchema() {
  return z
    .string({ error: 'a path prefix such as /pushgateway' })
    .meta({ pattern: `${PREFIX.source}|^/$` })
    .transform((prefix, context) => {
      if (prefix === '/') return '';
      if (PREFIX.test(prefix) && !/\/\.{1,2}(?:\/|$)/.test(prefix)) return prefix;
      refuseValue(context, wanted(prefix), prefix);
      return z.NEVER;
    });
}

function wanted(prefix: string): string {
  if (!prefix.startsWith('/')) return 'a path prefix that starts with "/"';
  if (prefix.endsWith('/')) return 'a path prefix without a slash at its end';
  return 'a path prefix without "..", "//", query, escapes or spaces';
}
