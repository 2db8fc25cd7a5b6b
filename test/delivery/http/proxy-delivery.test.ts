// Delivery through an HTTP proxy: tunnels for TLS, the absolute form for plain HTTP, and what happens if it refuses.
import { renameSync } from 'node:fs';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BackendConfig } from '../../../src/config/config.ts';
import { Secret } from '../../../src/config/secret.ts';
import { backendConfig } from '../../support/backend-config.ts';
import { createAuthority } from '../../support/certificates.ts';
import { startDelivery, startReceiver } from '../../support/delivery-setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { ForwardProxy } from '../../support/forward-proxy.ts';
import { TemporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const authority = await createAuthority();
const ca = authority.certPem;
/** A name that only the proxy can resolve. */
const HOST = 'backend.test';
const { certPem: cert, keyPem: key } = await authority.issue({ dns: [HOST] });
const proxyLeaf = await authority.issue({ ips: ['127.0.0.1'] });
const proxyTls = { cert: proxyLeaf.certPem, key: proxyLeaf.keyPem };
const random = () => 0;

async function secureReceiver(script = [{}]) {
  return startReceiver(script, { tls: { cert, key } });
}

function through(proxyUrl: string, overrides: Partial<BackendConfig> = {}) {
  return { proxyUrl: new Secret(proxyUrl), tlsConfig: { ca }, ...overrides };
}

describe('a proxy that', () => {
  async function failing(prepare: (proxy: ForwardProxy) => string | undefined) {
    const proxy = await ForwardProxy.start();
    const receiver = await secureReceiver();
    const url = prepare(proxy) ?? proxy.url();
    const setup = startDelivery(backendConfig(receiver.url('/', HOST), through(url)), { random });
    setup.push('m');
    await waitUntil(() => setup.events.retried.length >= 2, 'two failures');
    expect(receiver.started).toBe(0);
    return { proxy, receiver, ...setup };
  }

  test('refuses our credentials is reported, and gets the data once it takes them', async () => {
    const { proxy, events, delivery } = await failing((proxy) => {
      proxy.credentials = 'us@er:pa:ss';
      return proxy.url('us%40er:wrong');
    });
    expect(events.retried[0]).toMatchObject({
      reason: 'proxy_407',
      detail: 'the proxy answered 407 to CONNECT',
    });
    expect(events.access).toEqual(['proxy_407']);
    expect(delivery.troubles()).toEqual([
      'Backend primary is not reached: the proxy refuses our credentials. What is pushed waits.',
    ]);
    proxy.credentials = 'us@er:wrong';
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });

  test.each([502, 503, 403, 301])('answers CONNECT with %i is asked again', async (status) => {
    const { proxy, events } = await failing((proxy) => {
      proxy.connectAnswer = status;
      return undefined;
    });
    expect(events.retried[0]).toMatchObject({
      reason: `proxy_${status}`,
      detail: `the proxy answered ${status} to CONNECT`,
    });
    proxy.connectAnswer = undefined;
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });

  test('answers CONNECT with something else is asked again', async () => {
    const { events } = await failing((proxy) => {
      proxy.connectAnswer = 'garbage';
      return undefined;
    });
    expect(events.retried[0]?.reason).toBe('proxy_malformed_answer');
  });

  test('is not there is asked again', async () => {
    const { events } = await failing(() => 'http://127.0.0.1:1');
    expect(events.retried[0]).toMatchObject({
      reason: 'proxy_connection_refused',
      detail: 'no connection to the proxy: connect ECONNREFUSED 127.0.0.1:1',
    });
  });

  test('is reached over TLS and cannot be verified gets nothing', async () => {
    const { certPem, keyPem } = await authority.issue({ dns: ['elsewhere.test'] });
    const proxy = await ForwardProxy.start({ tls: { cert: certPem, key: keyPem } });
    const { events } = await failing(() => proxy.url());
    expect(events.retried[0]?.reason).toBe('proxy_tls_cert_altname_invalid');
    expect(proxy.calls).toEqual([]);
  });

  test('never answers is given up in time, and at a stop', async () => {
    const clock = new FakeClock();
    const proxy = await ForwardProxy.start();
    proxy.connectAnswer = 'silence';
    const receiver = await secureReceiver();
    const config = backendConfig(receiver.url('/', HOST), through(proxy.url(), { remoteTimeout: 5000 }));
    const { push, events, delivery } = startDelivery(config, { clock, random });
    push('m');
    clock.advance(5);
    await waitUntil(() => proxy.calls.length === 1, 'CONNECT');
    clock.advance(5000);
    await waitUntil(() => events.retried.length === 1, 'the failure');
    expect(events.retried[0]?.reason).toMatch(/timeout$/);
    await waitUntil(() => proxy.openConnections === 0, 'the end of the connection');
    await waitUntil(() => clock.pendingTimers > 0, 'the backoff');
    clock.advance(100);
    await waitUntil(() => proxy.calls.length === 2, 'another CONNECT');
    expect(await delivery.stop(AbortSignal.abort())).toEqual({ lostSamples: 1 });
    await waitUntil(() => proxy.openConnections === 0, 'the end of all connections');
  });
});

describe('a TLS backend behind a proxy', () => {
  test.each(['http', 'https'])('is reached by a tunnel through one over %s', async (scheme) => {
    const proxy = await ForwardProxy.start(scheme === 'https' ? { tls: proxyTls } : {});
    const receiver = await secureReceiver();
    const headers = { proxyConnectHeader: { 'X-Proxy-Key': new Secret('pr0xy-key') } };
    const config = backendConfig(receiver.url('/', HOST), through(proxy.url('u:p'), headers));
    const { push, events, delivery } = startDelivery(config);
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    push('m');
    await waitUntil(() => events.sent.length === 2, 'another delivery');
    expect(proxy.calls).toMatchObject([
      {
        method: 'CONNECT',
        target: `${HOST}:${receiver.port}`,
        headers: {
          host: `${HOST}:${receiver.port}`,
          'proxy-authorization': `Basic ${Buffer.from('u:p').toString('base64')}`,
          'x-proxy-key': 'pr0xy-key',
        },
      },
    ]);
    const names = receiver.requests.flatMap(({ headers }) => headers.map(([name]) => name.toLowerCase()));
    expect(names.filter((name) => name.includes('proxy'))).toEqual([]);
    await delivery.stop(AbortSignal.timeout(5000));
    await waitUntil(
      () => proxy.openConnections === 0 && receiver.openConnections === 0,
      'the end of all connections',
    );
  });

  test('is asked for by its own name or by serverName, neither of which the proxy is asked for', async () => {
    const proxy = await ForwardProxy.start({ tls: proxyTls });
    const other = await authority.issue({ dns: ['other.test'] });
    const names: string[] = [];
    const tls = (identity: typeof other): TlsOptions => ({
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null, createSecureContext({ cert: identity.certPem, key: identity.keyPem }));
      },
    });
    const byUrl = await startReceiver([{}], { tls: tls({ certPem: cert, keyPem: key }) });
    const byServerName = await startReceiver([{}], { tls: tls(other) });
    const proxyUrl = new Secret(proxy.url());
    const { push, events } = startDelivery([
      backendConfig(byUrl.url('/', HOST), { proxyUrl, tlsConfig: { ca } }),
      backendConfig(byServerName.url('/', HOST), {
        name: 'b',
        proxyUrl,
        tlsConfig: { ca, serverName: 'other.test' },
      }),
    ]);
    push('m');
    await waitUntil(() => events.sent.length === 2, 'the deliveries');
    expect(names.sort()).toEqual([HOST, 'other.test']);
  });

  test('is verified by its own name, and gets nothing if that is wrong', async () => {
    const proxy = await ForwardProxy.start();
    const receiver = await secureReceiver();
    const { push, events } = startDelivery(
      backendConfig(receiver.url('/', 'other.test'), through(proxy.url())),
      {
        random,
      },
    );
    push('m');
    await waitUntil(() => events.retried.length >= 1, 'a failure');
    expect(events.retried[0]?.reason).toBe('tls_cert_altname_invalid');
    expect(receiver.started).toBe(0);
  });

  test('is shown the client certificate, which is read again when it changes', async () => {
    const proxy = await ForwardProxy.start();
    const receiver = await startReceiver([{}], {
      tls: { cert, key, ca, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
    });
    const folder = new TemporaryFolder();
    const stranger = await (await createAuthority('CN=Somebody else')).issue({ purpose: 'client' });
    const right = await authority.issue({ purpose: 'client' });
    const pair = ({ certPem, keyPem }: typeof right) => `${certPem}\n${keyPem}`;
    const file = folder.write('pair.pem', pair(stranger));
    const config = backendConfig(receiver.url('/', HOST), {
      proxyUrl: new Secret(proxy.url()),
      tlsConfig: { ca, certFile: file, keyFile: file },
    });
    const { push, events } = startDelivery(config, { random });
    push('m');
    await waitUntil(() => events.retried.length >= 1, 'a failure');
    expect(receiver.requests).toEqual([]);
    renameSync(folder.write('right.pem', pair(right)), file);
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(events.reloaded).toEqual(['primary']);
  });
});

describe('a plain backend behind a proxy', () => {
  const plain = (url: string, proxyUrl: string) =>
    backendConfig(url, { allowInsecureHTTP: true, proxyUrl: new Secret(proxyUrl) });

  test.each(['http', 'https'])('is asked for by its whole URL, over %s', async (scheme) => {
    const proxy = await ForwardProxy.start(scheme === 'https' ? { tls: proxyTls } : {});
    const receiver = await startReceiver();
    const url = receiver.url('/w?a=%2F', HOST);
    const config = {
      ...plain(url, proxy.url('u:p')),
      tlsConfig: backendConfig(url, { tlsConfig: { ca } }).tlsConfig,
    };
    const { push, events } = startDelivery(config);
    push('m');
    await waitUntil(() => events.sent.length === 1, 'the delivery');
    expect(proxy.calls).toMatchObject([
      { method: 'POST', target: url, headers: { host: `${HOST}:${receiver.port}` } },
    ]);
    expect(proxy.calls[0]?.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    );
    expect(receiver.requests[0]?.target).toBe('/w?a=%2F');
  });

  test('waits if the proxy refuses our credentials, which do not show', async () => {
    const proxy = await ForwardProxy.start({ credentials: 'u:right' });
    const receiver = await startReceiver();
    const { push, events } = startDelivery(plain(receiver.url('/', HOST), proxy.url('u:wr0ng-pass')), {
      random,
    });
    push('m');
    await waitUntil(() => events.retried.length >= 2, 'two failures');
    expect(events.retried[0]).toMatchObject({ reason: 'proxy_407', detail: 'not Basic <redacted>' });
    expect(events.access).toEqual(['proxy_407']);
    proxy.credentials = 'u:wr0ng-pass';
    await waitUntil(() => events.sent.length === 1, 'the delivery');
  });
});

test('the proxy of the environment is used only if proxyFromEnvironment says so', async () => {
  const proxy = await ForwardProxy.start();
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('HTTPS_PROXY', proxy.url());
  vi.stubEnv('NO_PROXY', '');
  const receiver = await secureReceiver();
  const other = await startReceiver();
  const { push, events } = startDelivery([
    backendConfig(receiver.url('/', HOST), { proxyFromEnvironment: true, tlsConfig: { ca } }),
    backendConfig(other.url(), { name: 'other' }),
  ]);
  push('m');
  await waitUntil(() => events.sent.length === 2, 'the deliveries');
  expect(proxy.calls.map(({ method }) => method)).toEqual(['CONNECT']);
});
