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
    maxSamplesPerSend: wholeNumber(1, 1_000_000).prefault(2000).describe('The most samples in one request.'),
    maxRequestBytes: size({ min: '1KiB', max: '256MiB' })
      .prefault('1MiB')
      .describe('The most bytes of one request body, after compression.'),
    batchSendDeadline: duration(WAIT)
      .prefault('1s')
      .describe('How long a sample waits for others before it is sent.'),
    maxQueueSize: size({ min: '1KiB', max: '64GiB' })
      .prefault('64MiB')
      .describe('Bytes that may wait for this backend. When they are reached, pushes get 503.'),
    minBackoff: duration(WAIT)
      .prefault('30ms')
      .describe('The shortest wait before a retry. It doubles up to maxBackoff.'),
    maxBackoff: duration(WAIT).prefault('5s').describe('The longest wait before a retry.'),
    maxRetryAfter: duration(WAIT_OR_NONE)
      .prefault('2m')
      .describe('The longest Retry-After of the backend that Sluice follows.'),
    retryOnNotFound: z
      .boolean()
      .prefault(true)
      .describe('true: retries 404 until the URL or the backend is fixed. false: drops the samples.'),
    sampleAgeLimit: duration(WAIT_OR_NONE)
      .prefault('1h')
      .describe(
        'Sluice drops and counts samples that it could not deliver for this long. 0 keeps them for ever.',
      ),
  })
    .superRefine(notAbove('minBackoff', 'maxBackoff', 'ms'), ALWAYS)
    .superRefine(notAbove('maxRequestBytes', 'maxQueueSize', 'bytes'), ALWAYS);
}
