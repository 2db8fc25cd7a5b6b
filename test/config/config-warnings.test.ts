import { expect, it } from 'vitest';
import { configFromObject } from '../../src/config/check-config.ts';
import { configWarnings } from '../../src/config/config-warnings.ts';

function warns(backend: object, ...warnings: string[]): void {
  const config = configFromObject({ remoteWrite: [{ name: 'b', url: 'https://h/w', ...backend }] });
  expect(configWarnings(config)).toEqual(warnings);
}

it('configWarnings names each backend that gives up a protection', () => {
  warns(
    { tlsConfig: { insecureSkipVerify: true } },
    'Backend "b": tlsConfig.insecureSkipVerify is on; its certificate is not checked, so anyone on the way can read and change what is sent',
  );
  warns(
    { url: 'http://example.com/w?token=t0psecret', allowInsecureHTTP: true },
    'Backend "b": allowInsecureHTTP is on and the URL is http://; samples and credentials go over the network unencrypted',
  );
});

it('configWarnings has nothing to say about safe settings', () => {
  warns({});
  warns({ url: 'http://127.0.0.1:9090/w' });
  warns({ url: 'http://localhost/w', allowInsecureHTTP: true });
  warns({ allowInsecureHTTP: true });
  warns({ authorization: { credentials: 'inline' } });
});
