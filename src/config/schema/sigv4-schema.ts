// Requests signed with AWS Signature Version 4, as Amazon Managed Service for Prometheus wants them.
// Invariant: no message shows a key, a token or an external id.
import * as z from 'zod';
import { ALWAYS, fieldsOf, refuse, refuseValue, together } from './cross-checks.ts';
import { mapping } from './mapping.ts';
import { secretText } from './secret-text.ts';

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
      refuse(context, [given], `${wanted} beside ${given}`, `only ${given}`);
  };
}

function checkProfile(value: unknown, context: z.core.$RefinementCtx<unknown>): void {
  const fields = fieldsOf(value);
  if ('profile' in fields && 'accessKey' in fields)
    refuse(context, ['profile'], 'one of accessKey and profile', 'both');
}
