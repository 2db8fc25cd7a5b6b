// Settings that are allowed but give up a protection; said once at start.
import type { BackendConfig, Config } from './config.ts';
import { isLoopbackHost } from './loopback-host.ts';

export function configWarnings(config: Config): string[] {
  return config.remoteWrite.flatMap((backend) => backendWarnings(backend));
}

function backendWarnings({ name, url, allowInsecureHTTP, tlsConfig }: BackendConfig): string[] {
  const { protocol, hostname } = new URL(url);
  const warnings: string[] = [];
  if (protocol === 'https:' && tlsConfig.insecureSkipVerify) {
    warnings.push(
      `Backend "${name}": tlsConfig.insecureSkipVerify is on; its certificate is not checked, so anyone on the way can read and change what is sent`,
    );
  }
  if (protocol === 'http:' && allowInsecureHTTP && !isLoopbackHost(hostname)) {
    warnings.push(
      `Backend "${name}": allowInsecureHTTP is on and the URL is http://; samples and credentials go over the network unencrypted`,
    );
  }
  return warnings;
}
