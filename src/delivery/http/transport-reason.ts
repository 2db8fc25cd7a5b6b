// Translates the errors of sockets, TLS and undici into the reasons that metrics use. The only place that knows their codes.
import { printable } from './answer-text.ts';

export interface TransportFailure {
  /** A short stable word. */
  readonly reason: string;
  readonly detail: string;
  /** Certificates, TLS settings, the host's name or the proxy's settings are wrong. */
  readonly isOurFault?: true;
  /** The proxy wants other credentials. */
  readonly refusesAccess?: true;
}

/** A failure on the way to or through a proxy, before the backend was reached. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  /** The proxy's answer to CONNECT, if it gave one. */
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown }) {
    super(message, { cause });
    this.status = status;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  EPIPE: 'connection_reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EPROTO: 'tls_protocol',
  CERT_HAS_EXPIRED: 'tls_cert_has_expired',
  CERT_NOT_YET_VALID: 'tls_cert_not_yet_valid',
  CERT_REVOKED: 'tls_cert_revoked',
  CERT_UNTRUSTED: 'tls_cert_untrusted',
  CERT_REJECTED: 'tls_cert_rejected',
  CERT_SIGNATURE_FAILURE: 'tls_cert_signature_failure',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_depth_zero_self_signed_cert',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_self_signed_cert_in_chain',
  UNABLE_TO_GET_ISSUER_CERT: 'tls_unable_to_get_issuer_cert',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_unable_to_get_issuer_cert_locally',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_unable_to_verify_leaf_signature',
  HOSTNAME_MISMATCH: 'tls_hostname_mismatch',
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed_answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed_answer',
};
/** Codes that OpenSSL and Node form themselves: `ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
const TLS_CODE = /^ERR_(?:SSL|TLS)_([A-Z0-9_]{1,60})$/;

export function transportFailure(error: unknown): TransportFailure {
  if (error instanceof ProxyFailure) return proxyFailure(error);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  // undici's parser errors always have this name, but only some have a code.
  const isMalformed = error instanceof Error && error.name === 'HTTPParserError';
  const reason = isMalformed ? 'malformed_answer' : reasonOf(code, message);
  const isOurFault = reason.startsWith('tls_') || code === 'ENOTFOUND';
  return { reason, detail: printable(message || code), ...(isOurFault ? { isOurFault } : {}) };
}

function proxyFailure({ status, cause, message }: ProxyFailure): TransportFailure {
  const detail = printable(message);
  if (status === 407) return { reason: 'proxy_407', detail, refusesAccess: true, isOurFault: true };
  if (status !== undefined) return { reason: `proxy_${status}`, detail };
  const { reason, ...rest } = transportFailure(cause);
  return { ...rest, reason: `proxy_${reason}`, detail };
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function reasonOf(code: string, message: string): string {
  // undici has one code for every failure of a socket. Only its text shows which are protocol errors.
  if (code === 'UND_ERR_SOCKET' && message.startsWith('bad ')) return 'malformed_answer';
  const tlsCode = TLS_CODE.exec(code)?.[1];
  if (tlsCode !== undefined) return `tls_${tlsCode.toLowerCase()}`;
  return REASONS[code] ?? 'transport_error';
}
