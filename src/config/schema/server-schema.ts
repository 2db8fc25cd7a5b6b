// Limits on connections to the listener: nobody may hold one without using it.
import { ALWAYS, notAbove } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { duration, LONGEST_DURATION, wholeNumber } from './quantities.ts';

const BOUNDS = { min: '1ms', max: LONGEST_DURATION };

export function serverSchema() {
  return mapping({
    headersTimeout: duration(BOUNDS)
      .prefault('10s')
      .describe('How long a client may take to send the headers of a request.'),
    requestTimeout: duration(BOUNDS)
      .prefault('60s')
      .describe('How long a client may take to send a whole request.'),
    keepAliveTimeout: duration(BOUNDS)
      .prefault('75s')
      .describe(
        'How long a connection may be idle between requests. Set it above the idle timeout of a load balancer.',
      ),
    maxConnections: wholeNumber(1, 1_000_000)
      .prefault(10_000)
      .describe('Connections at one time. Sluice closes more at once.'),
  }).superRefine(notAbove('headersTimeout', 'requestTimeout', 'ms'), ALWAYS);
}
