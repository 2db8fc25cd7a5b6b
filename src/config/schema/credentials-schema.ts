// Credentials of a backend: a token, basic authentication, OAuth 2.0 client credentials
// (https://www.rfc-editor.org/rfc/rfc6749#section-4.4) or AWS Signature Version 4.
// Invariant: no message shows a credential, whatever its type.
import * as z from 'zod';
import { Secret } from '../secret.ts';
import { backendUrlSchema } from './backend-url-schema.ts';
import { checkProxy, proxyKeys, tlsConfigSchema } from './connection-schema.ts';
import { ALWAYS, exactlyOne, fieldsOf, refuse, refuseValue, together } from './cross-checks.ts';
import { isHeaderValue, TOKEN_PATTERN } from './http-headers-schema.ts';
import { mapping } from './mapping.ts';
import { filePathSchema, secretText } from './text-schemas.ts';

export function authorizationSchema(folder: string) {
  return mapping({
    type: schemeSchema()
      .prefault('Bearer')
      .describe('The scheme before the token in the Authorization header.'),
    credentials: tokenSchema()
      .exactOptional()
      .describe('The token itself. A file or a variable keeps it out of this file.'),
    credentialsFile: filePathSchema(folder)
      .exactOptional()
      .describe('A file with the token. Read again when it changes.'),
  }).superRefine(exactlyOne('credentials', 'credentialsFile'), ALWAYS);
}

export function basicAuthSchema(folder: string) {
  return mapping({
    username: usernameSchema().exactOptional().describe('The user name. May be empty.'),
    usernameFile: filePathSchema(folder)
      .exactOptional()
      .describe('A file with the user name. Read again when it changes.'),
    password: passwordSchema()
      .exactOptional()
      .describe('The password itself. A file or a variable keeps it out of this file.'),
    passwordFile: filePathSchema(folder)
      .exactOptional()
      .describe('A file with the password. Read again when it changes.'),
  })
    .superRefine(exactlyOne('username', 'usernameFile'), ALWAYS)
    .superRefine(exactlyOne('password', 'passwordFile'), ALWAYS);
}

function schemeSchema() {
  return z
    .string({ error: 'an authentication scheme such as Bearer' })
    .superRefine((type, context) => {
      if (type.toLowerCase() === 'basic')
        refuse(context, [], 'basicAuth for basic authentication', 'type Basic');
      // What does not look like a scheme may be a token in the wrong place, so it is not shown.
      else if (!TOKEN_PATTERN.test(type))
        refuse(context, [], 'an authentication scheme such as Bearer', 'other text');
    })
    .meta({ pattern: TOKEN_PATTERN.source });
}

function tokenSchema() {
  return z.string({ error: 'text (in quotes)' }).transform((token, context) => {
    if (token !== '' && isHeaderValue(token)) return new Secret(token);
    const found = token === '' ? 'an empty value' : 'another character in it';
    refuse(context, [], 'a token of Latin-1 characters without line ends', found);
    return z.NEVER;
  });
}

/** https://www.rfc-editor.org/rfc/rfc7617#section-2: the first colon ends the user name, control characters are out. */
function usernameSchema() {
  return z.string({ error: 'text (in quotes)' }).superRefine((name, context) => {
    if (name.includes(':')) refuse(context, [], 'a user name without ":"', 'one with it');
    if (hasControl(name)) refuse(context, [], 'a user name without control characters', 'one with them');
  });
}

function passwordSchema() {
  return z.string({ error: 'text (in quotes)' }).transform((password, context) => {
    if (password !== '' && !hasControl(password)) return new Secret(password);
    const found = password === '' ? 'an empty value' : 'one with them';
    refuse(context, [], 'a password without control characters such as line ends', found);
    return z.NEVER;
  });
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

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

export function sigV4Schema() {
  return mapping({
    region: word('a region such as eu-central-1')
      .exactOptional()
      .describe('The region. Default: that of the host in the URL, else AWS_REGION.'),
    service: word('a service such as aps').prefault('aps').describe('The service to sign for.'),
    accessKey: key().exactOptional().describe('Access key id, together with secretKey.'),
    secretKey: key().exactOptional().describe('Secret access key, together with accessKey.'),
    sessionToken: key().exactOptional().describe('Session token of temporary keys.'),
    profile: text('a profile name')
      .exactOptional()
      .describe('A profile of the shared configuration and credentials files. Excludes accessKey.'),
    roleArn: text('an ARN of a role')
      .exactOptional()
      .describe('A role to assume with the other credentials.'),
    externalId: key().exactOptional().describe("The external id that the role's trust policy asks for."),
  })
    .superRefine(together('accessKey', 'secretKey'), ALWAYS)
    .superRefine(needs('sessionToken', 'accessKey'), ALWAYS)
    .superRefine(needs('externalId', 'roleArn'), ALWAYS)
    .superRefine(checkProfile, ALWAYS);
}

function key() {
  return secretText(/^[\x21-\x7e]+$/, 'printable characters without spaces');
}

function word(expected: string) {
  return z.string({ error: expected }).superRefine((value, context) => {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(value)) refuseValue(context, expected, value);
  });
}

function text(expected: string) {
  return z.string({ error: expected }).superRefine((value, context) => {
    if (!/^[^\p{Cc}]+$/u.test(value)) refuseValue(context, expected, value);
  });
}

function needs(given: string, wanted: string) {
  return (value: unknown, context: z.core.$RefinementCtx<unknown>): void => {
    const fields = fieldsOf(value);
    if (given in fields && !(wanted in fields))
      refuse(context, [given], `${wanted} next to ${given}`, `only ${given}`);
  };
}

function checkProfile(value: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const fields = fieldsOf(value);
  if ('profile' in fields && 'accessKey' in fields)
    refuse(context, ['profile'], 'one of accessKey and profile', 'both');
}
