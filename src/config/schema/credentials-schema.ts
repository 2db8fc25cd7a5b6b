// Credentials of a backend: a token with its scheme, or basic authentication; inline or from a file.
// Invariant: no message shows a credential, of whatever type it is.
import * as z from 'zod';
import { Secret } from '../secret.ts';
import { ALWAYS, exactlyOne, refuse } from './cross-checks.ts';
import { filePathSchema } from './file-path-schema.ts';
import { isHeaderValue, TOKEN_PATTERN } from './http-headers-schema.ts';
import { mapping } from './mapping.ts';

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
    const seen = token === '' ? 'an empty value' : 'another character in it';
    refuse(context, [], 'a token of Latin-1 characters without line ends', seen);
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
    const seen = password === '' ? 'an empty value' : 'one with them';
    refuse(context, [], 'a password without control characters such as line ends', seen);
    return z.NEVER;
  });
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
