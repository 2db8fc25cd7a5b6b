// Warnings, logged at start, about settings that are allowed but give up a protection.
import type { BackendConfig, Config, OAuth2Config } from './config.ts';
import { isLoopbackHost } from './schema/backend-url-schema.ts';

export function configWarnings(config: Config): string[] {
  return config.remoteWrite.flatMap((backend) => backendWarnings(backend));
}

function backendWarnings({ name, url, allowInsecureHTTP, tlsConfig, oauth2 }: BackendConfig): string[] {
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
  if (oauth2 !== undefined) warnings.push(...tokenWarnings(name, oauth2));
  return warnings;
}

function tokenWarnings(name: string, { tokenUrl, tlsConfig }: OAuth2Config): string[] {
  const { protocol, hostname } = new URL(tokenUrl);
  if (protocol === 'http:' && !isLoopbackHost(hostname))
    return [
      `Backend "${name}": allowInsecureHTTP is on and oauth2.tokenUrl is http://; the client secret and the token go over the network unencrypted`,
    ];
  if (protocol === 'https:' && tlsConfig.insecureSkipVerify)
    return [
      `Backend "${name}": oauth2.tlsConfig.insecureSkipVerify is on; the token endpoint's certificate is not checked, so anyone on the way can read the client secret`,
    ];
  return [];
}
