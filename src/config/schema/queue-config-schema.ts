// The queue of one backend: how samples are batched, how much may wait, how retries back off.
import * as z from 'zod';
import { ALWAYS, notAbove } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { duration, LONGEST_DURATION, size, wholeNumber } from './quantities.ts';

const WAIT = { min: '1ms', max: LONGEST_DURATION };
const WAIT_OR_NONE = { min: '0', max: LONGEST_DURATION };

export function queueConfigSchema() {
  return mapping({
    shards: wholeNumber(1, 64)
      .prefault(4)
      .describe(
        'Parallel lanes, each with one request in flight. A grouping key always takes the same lane.',
      ),
    maxSamplesPerSend: wholeNumber(1, 1_000_000).prefault(2000).describe('Samples in one request at most.'),
    maxRequestBytes: size({ min: '1KiB', max: '256MiB' })
      .prefault('1MiB')
      .describe('Bytes of one request body at most, after compression.'),
    batchSendDeadline: duration(WAIT)
      .prefault('1s')
      .describe('How long a sample waits for others before it is sent.'),
    maxQueueSize: size({ min: '1KiB', max: '64GiB' })
      .prefault('64MiB')
      .describe('Bytes that may wait for this backend; when they are reached, pushes are answered 503.'),
    minBackoff: duration(WAIT)
      .prefault('30ms')
      .describe('The first wait before a retry; it doubles from there.'),
    maxBackoff: duration(WAIT).prefault('5s').describe('The longest wait before a retry.'),
    maxRetryAfter: duration(WAIT_OR_NONE)
      .prefault('2m')
      .describe("The longest wait that the backend's Retry-After may ask for."),
    retryOnNotFound: z
      .boolean()
      .prefault(true)
      .describe(
        'Whether 404 is retried until the URL or the backend is put right; when off samples are dropped.',
      ),
    sampleAgeLimit: duration(WAIT_OR_NONE)
      .prefault('1h')
      .describe(
        'Samples that could not be delivered for this long are dropped and counted; 0 keeps them for ever.',
      ),
  })
    .superRefine(notAbove('minBackoff', 'maxBackoff', 'ms'), ALWAYS)
    .superRefine(notAbove('maxRequestBytes', 'maxQueueSize', 'bytes'), ALWAYS);
}
