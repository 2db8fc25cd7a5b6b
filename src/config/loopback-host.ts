// Which hosts plain http:// is safe to: those that never leave this machine.

/** `hostname` as `URL.hostname` gives it: lower case, IPv4 in dotted form, IPv6 in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
