// The connection to a backend or token endpoint: TLS, and the proxy that it goes through.
// Invariant: no message shows a proxy's URL or header, because both may hold its password.
import { isIP } from 'node:net';
import * as z from 'zod';
import { Secret } from '../secret.ts';
import { ALWAYS, fieldsOf, refuse, refuseValue, together } from './cross-checks.ts';
import { TOKEN_PATTERN } from './http-headers-schema.ts';
import { mapping } from './mapping.ts';
import { filePathSchema, secretText } from './text-schemas.ts';

export function tlsConfigSchema(folder: string) {
  return mapping({
    caFile: filePathSchema(folder)
      .exactOptional()
      .describe("PEM file of the authorities to trust instead of the system's. Read again when it changes."),
    certFile: filePathSchema(folder)
      .exactOptional()
      .describe('PEM file of the client certificate. Needs keyFile. Read again when it changes.'),
    keyFile: filePathSchema(folder)
      .exactOptional()
      .describe('PEM file of the client key. Needs certFile. Read again when it changes.'),
    serverName: serverNameSchema()
      .exactOptional()
      .describe("The name in the server's certificate, if it is not the URL's host."),
    minVersion: z.enum(['TLS12', 'TLS13']).prefault('TLS12').describe('The oldest TLS version to accept.'),
    insecureSkipVerify: z
      .boolean()
      .prefault(false)
      .describe(
        "true: does not check the server's certificate. Only for trials. Logs a warning at the start.",
      ),
  }).superRefine(together('certFile', 'keyFile'), ALWAYS);
}

/** Server Name Indication takes host names only (RFC 6066, section 3). */
function serverNameSchema() {
  return z.string({ error: 'a host name' }).superRefine((name, context) => {
    if (isIP(name) !== 0 || !/^[A-Za-z0-9_.-]{1,255}$/.test(name)) refuseValue(context, 'a host name', name);
  });
}

type Context = z.core.$RefinementCtx<unknown>;

/** Framed by the sender itself, or given by the user info of the URL. */
const RESERVED = /^(?:host|connection|content-length|transfer-encoding|upgrade|proxy-connection)$/i;

export function proxyKeys() {
  return {
    proxyUrl: proxyUrlSchema()
      .exactOptional()
      .describe('The proxy to use: http:// or https://, with user name and password if it needs them.'),
    noProxy: z
      .string({ error: 'text such as "10.0.0.0/8,.internal"' })
      .exactOptional()
      .describe(
        'Hosts, domains, addresses and networks to reach without proxyUrl, separated by commas and read as Go reads NO_PROXY.',
      ),
    proxyFromEnvironment: z
      .boolean()
      .prefault(false)
      .describe('true: uses the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name. Excludes proxyUrl.'),
    proxyConnectHeader: connectHeaderSchema()
      .prefault({})
      .describe('Headers to add to the CONNECT requests that the proxy gets.'),
  };
}

/** The rules between these keys, as Prometheus has them. */
export function checkProxy(value: unknown, context: Context): void {
  const { proxyUrl, noProxy, proxyFromEnvironment, proxyConnectHeader } = fieldsOf(value);
  const named = proxyUrl !== undefined;
  if (named && proxyFromEnvironment === true)
    refuse(context, ['proxyFromEnvironment'], 'one of proxyUrl and proxyFromEnvironment', 'both');
  if (noProxy !== undefined && !named)
    refuse(context, ['noProxy'], 'proxyUrl next to noProxy', 'only noProxy');
  if (Object.keys(fieldsOf(proxyConnectHeader)).length > 0 && !named && proxyFromEnvironment === false)
    refuse(context, ['proxyConnectHeader'], 'proxyUrl or proxyFromEnvironment next to it', 'neither');
}

function proxyUrlSchema() {
  return z
    .string({ error: 'a URL such as http://proxy.example.com:3128' })
    .transform((text, context) => {
      if (isProxyUrl(text)) return new Secret(text);
      refuse(context, [], 'a URL such as http://proxy.example.com:3128', 'another text');
      return z.NEVER;
    })
    .meta({ pattern: '^https?://' });
}

/** Scheme and authority: a path would have no meaning. */
function isProxyUrl(text: string): boolean {
  return /^https?:\/\/[!-.0-;=?-[\]-~]+\/?$/i.test(text) && !/[?#]/.test(text) && URL.canParse(text);
}

function connectHeaderSchema() {
  const value = secretText(/^[\t\x20-\x7e\x80-\xff]*$/, 'a value of Latin-1 characters without line ends');
  return z
    .record(z.string(), value)
    .superRefine(
      (headers, context) => {
        for (const name of Object.keys(headers)) {
          if (TOKEN_PATTERN.test(name) && !RESERVED.test(name)) continue;
          refuse(context, [name], 'a header that may be added to CONNECT', JSON.stringify(name));
        }
      },
      { when: ({ value }) => typeof value === 'object' && value !== null },
    )
    .meta({ propertyNames: { pattern: TOKEN_PATTERN.source } });
}
