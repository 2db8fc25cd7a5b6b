import { expect, test } from 'vitest';
import { transportFailure } from '../../src/delivery/transport-reason.ts';

const cases: [code: string, reason: string][] = [
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['UND_ERR_SOCKET', 'connection_closed'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['EPROTO', 'tls_protocol'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_unable_to_verify_leaf_signature'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_cert_altname_invalid'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_tlsv13_alert_certificate_required'],
  ['UND_ERR_HEADERS_OVERFLOW', 'malformed_answer'],
  ['', 'transport_error'],
  ['E_SOMETHING_NEW', 'transport_error'],
];
test.each(cases)('%s is %s', (code, reason) => {
  expect(transportFailure(Object.assign(new Error('text'), { code }))).toEqual({ reason, detail: 'text' });
});

test('an error without text is told by its code', () => {
  const error = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
  expect(transportFailure(error)).toEqual({ reason: 'connection_refused', detail: 'ECONNREFUSED' });
});

test('a detail is one line', () => {
  expect(transportFailure(new Error(`a\n${'b'.repeat(1000)}`)).detail).toBe(`a\\n${'b'.repeat(1000)}`);
});

test('what is not an error is told as text', () => {
  expect(transportFailure('odd')).toEqual({ reason: 'transport_error', detail: 'odd' });
});
