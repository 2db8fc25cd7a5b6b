// TLS towards a backend. Certificates are checked against the system's authorities unless caFile names others.
import { isIP } from 'node:net';
import * as z from 'zod';
import { ALWAYS, refuseValue, together } from './cross-checks.ts';
import { filePathSchema } from './file-path-schema.ts';
import { mapping } from './mapping.ts';

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

/** Server Name Indication knows host names only (RFC 6066, section 3). */
function serverNameSchema() {
  return z.string({ error: 'a host name' }).superRefine((name, context) => {
    if (isIP(name) !== 0 || !/^[A-Za-z0-9_.-]{1,255}$/.test(name)) refuseValue(context, 'a host name', name);
  });
}
