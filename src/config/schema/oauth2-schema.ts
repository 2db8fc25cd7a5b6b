// OAuth 2.0 client credentials (https://www.rfc-editor.org/rfc/rfc6749#section-4.4).
// Invariant: no message shows the secret or a parameter of the token request.
import * as z from 'zod';
import { backendUrlSchema } from './backend-url-schema.ts';
import { ALWAYS, exactlyOne, refuse, refuseValue } from './cross-checks.ts';
import { filePathSchema } from './file-path-schema.ts';
import { mapping } from './mapping.ts';
import { checkProxy, proxyKeys } from './proxy-schema.ts';
import { secretText } from './secret-text.ts';
import { tlsConfigSchema } from './tls-config-schema.ts';

/** Set by the request itself. */
const RESERVED_PARAMS = /^(?:grant_type|scope|client_id|client_secret)$/;

export function oauth2Schema(folder: string) {
  return mapping({
    clientId: visibleText('a client id').describe('The name of this client at the token endpoint.'),
    clientSecret: secretText(/^[^\p{Cc}]+$/u, 'a secret without control characters such as line ends')
      .exactOptional()
      .describe('The client secret. A file or a variable keeps it out of this file.'),
    clientSecretFile: filePathSchema(folder)
      .exactOptional()
      .describe('A file with the client secret. Read again when it changes.'),
    tokenUrl: backendUrlSchema('https://login.example.com/oauth2/token').describe(
      'The token endpoint: https://, or http:// to this machine.',
    ),
    scopes: z.array(scopeSchema()).prefault([]).describe('The scopes to ask for.'),
    endpointParams: endpointParamsSchema()
      .prefault({})
      .describe('Further parameters of the token request, such as audience.'),
    tlsConfig: tlsConfigSchema(folder).prefault({}).describe('TLS towards the token endpoint.'),
    ...proxyKeys(),
  })
    .superRefine(exactlyOne('clientSecret', 'clientSecretFile'), ALWAYS)
    .superRefine(checkProxy, ALWAYS);
}

function visibleText(what: string) {
  return z.string({ error: 'text (in quotes)' }).superRefine((text, context) => {
    if (!/^[^\p{Cc}]+$/u.test(text)) refuseValue(context, what, text);
  });
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
function scopeSchema() {
  return z.string({ error: 'text (in quotes)' }).superRefine((scope, context) => {
    if (!/^[!#-[\]-~]+$/.test(scope)) refuseValue(context, 'a scope without spaces', scope);
  });
}

function endpointParamsSchema() {
  return z.record(z.string(), secretText(/^/, 'text')).superRefine(
    (params, context) => {
      for (const name of Object.keys(params)) {
        if (RESERVED_PARAMS.test(name))
          refuse(context, [name], 'a parameter that Sluice leaves free', JSON.stringify(name));
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );
}
