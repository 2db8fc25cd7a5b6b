// One remote-write backend and its queue.
import * as z from 'zod';
import { backendUrlSchema, isLoopbackHost, parseBackendUrl } from './backend-url-schema.ts';
import { checkProxy, proxyKeys, tlsConfigSchema } from './connection-schema.ts';
import { authorizationSchema, basicAuthSchema, oauth2Schema, sigV4Schema } from './credentials-schema.ts';
import { ALWAYS, fieldsOf, notAbove, refuse, refuseValue } from './cross-checks.ts';
import { httpHeadersSchema } from './http-headers-schema.ts';
import { mapping } from './mapping.ts';
import { duration, LONGEST_DURATION, size, wholeNumber } from './quantities.ts';
import { relabelConfigsSchema } from './relabel-schema.ts';

export function backendSchema(folder: string) {
  return mapping({
    ...target(),
    ...kinds(),
    ...credentials(folder),
    ...proxyKeys(),
    queueConfig: queueConfigSchema().prefault({}).describe('How samples wait and are sent.'),
    writeRelabelConfigs: relabelConfigsSchema()
      .prefault([])
      .describe('Rules for every series that goes to this backend.'),
  })
    .superRefine(checkTransport, ALWAYS)
    .superRefine(checkCredentials, ALWAYS)
    .superRefine(checkProxy, ALWAYS)
    .transform((backend) => ({ ...backend, name: backend.name ?? new URL(backend.url).host }));
}

function target() {
  return {
    name: nameSchema()
      .exactOptional()
      .describe("The name of this backend in logs and metrics. Default: the URL's host."),
    url: backendUrlSchema().describe('The remote-write endpoint: https://, or http:// to this machine.'),
    required: z
      .boolean()
      .prefault(true)
      .describe(
        'true: Sluice takes a push only if it has room here, and it counts as delivered only when this backend has it. false: best effort; what has no room is dropped and counted (queue_full).',
      ),
    allowInsecureHTTP: z
      .boolean()
      .prefault(false)
      .describe(
        'true: allows http:// to another machine. Anyone on the way can read samples and credentials. Logs a warning at the start.',
      ),
    remoteTimeout: duration({ min: '1ms', max: LONGEST_DURATION })
      .prefault('30s')
      .describe('How long one request may take, from connecting to the answer.'),
    messageVersion: z.enum(['V1.0', 'V2.0']).prefault('V1.0').describe('The remote-write version to send.'),
    messageVersionFallback: z
      .boolean()
      .prefault(true)
      .describe('With V2.0: sends V1.0 to a backend that does not know it.'),
    headers: httpHeadersSchema()
      .prefault({})
      .describe(
        'Headers to add to each request, such as X-Scope-OrgID. Those that Sluice sets itself are refused.',
      ),
  };
}

/** What is sent in addition to plain samples. */
function kinds() {
  return {
    sendExemplars: z.boolean().prefault(true).describe('Sends exemplars with their samples.'),
    sendNativeHistograms: z
      .boolean()
      .prefault(true)
      .describe('Sends native histograms. false: sends only their classic series.'),
    sendClassicHistograms: z
      .boolean()
      .prefault(false)
      .describe('true: also sends the classic series of a histogram whose native part is sent.'),
  };
}

function credentials(folder: string) {
  return {
    authorization: authorizationSchema(folder)
      .exactOptional()
      .describe('A token. At most one of authorization, basicAuth, oauth2 and sigv4.'),
    basicAuth: basicAuthSchema(folder).exactOptional().describe('User name and password.'),
    oauth2: oauth2Schema(folder)
      .exactOptional()
      .describe('A token from an OAuth 2.0 token endpoint, by client credentials.'),
    sigv4: sigV4Schema()
      .exactOptional()
      .describe('AWS Signature Version 4. {} takes the credentials that the AWS SDKs would find.'),
    tlsConfig: tlsConfigSchema(folder).prefault({}).describe('TLS towards this backend.'),
  };
}

function nameSchema() {
  const expected = 'a name of 1 to 128 visible characters';
  return z.string({ error: expected }).superRefine((name, context) => {
    if (!/^[^\p{C}]{1,128}$/u.test(name)) refuseValue(context, expected, name);
  });
}

function checkTransport(backend: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const { url, allowInsecureHTTP, oauth2 } = fieldsOf(backend);
  if (allowInsecureHTTP !== false) return;
  const targets: [string[], unknown][] = [
    [['url'], url],
    [['oauth2', 'tokenUrl'], fieldsOf(oauth2).tokenUrl],
  ];
  for (const [path, target] of targets) {
    const { protocol, hostname = '' } = parseBackendUrl(target) ?? {};
    if (protocol !== 'http:' || isLoopbackHost(hostname)) continue;
    refuse(context, path, 'https:// (or allowInsecureHTTP: true on this backend)', `http:// to ${hostname}`);
  }
}

const WAYS_IN = ['authorization', 'basicAuth', 'oauth2', 'sigv4'];

function checkCredentials(backend: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const [first, ...others] = WAYS_IN.filter((key) => key in fieldsOf(backend));
  for (const other of others)
    refuse(context, [other], 'one of authorization, basicAuth, oauth2 and sigv4', `${first} too`);
}

const WAIT = { min: '1ms', max: LONGEST_DURATION };
const WAIT_OR_NONE = { min: '0', max: LONGEST_DURATION };

function queueConfigSchema() {
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
