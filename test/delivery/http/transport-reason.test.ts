import { describe, expect, test } from 'vitest';
import { ProxyFailure, transportFailure } from '../../../src/delivery/http/transport-reason.ts';

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
  const { isOurFault: _, ...failure } = transportFailure(Object.assign(new Error('text'), { code }));
  expect(failure).toEqual({ reason, detail: 'text' });
});

test('names and certificates are our fault, what passes by itself is not', () => {
  const faults = cases.filter(([code]) => transportFailure(Object.assign(new Error(), { code })).isOurFault);
  expect(faults.map(([code]) => code)).toEqual([
    'ENOTFOUND',
    'EPROTO',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  ]);
});

describe('what happens at a proxy', () => {
  const at = (facts: { status?: number; cause?: unknown }) =>
    transportFailure(new ProxyFailure('the proxy\nsaid no', facts));

  test('is named by its status, 407 as something that a person must put right', () => {
    expect(at({ status: 502 })).toEqual({ reason: 'proxy_502', detail: 'the proxy\\nsaid no' });
    expect(at({ status: 407 })).toEqual({
      reason: 'proxy_407',
      detail: 'the proxy\\nsaid no',
      refusesAccess: true,
      isOurFault: true,
    });
  });

  test('is named by the error of the connection', () => {
    const cause = (code: string) => at({ cause: Object.assign(new Error('text'), { code }) });
    expect(cause('ECONNREFUSED')).toEqual({
      reason: 'proxy_connection_refused',
      detail: 'the proxy\\nsaid no',
    });
    expect(cause('ENOTFOUND')).toMatchObject({ reason: 'proxy_dns', isOurFault: true });
    expect(cause('CERT_HAS_EXPIRED')).toMatchObject({
      reason: 'proxy_tls_cert_has_expired',
      isOurFault: true,
    });
  });
});

test('an error without text is named by its code', () => {
  const error = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
  expect(transportFailure(error)).toEqual({ reason: 'connection_refused', detail: 'ECONNREFUSED' });
});

test('a detail is one line', () => {
  expect(transportFailure(new Error(`a\n${'b'.repeat(1000)}`)).detail).toBe(`a\\n${'b'.repeat(1000)}`);
});

test('what is not an error becomes text', () => {
  expect(transportFailure('odd')).toEqual({ reason: 'transport_error', detail: 'odd' });
});
