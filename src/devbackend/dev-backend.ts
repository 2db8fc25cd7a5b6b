// The embedded development backend, which `sluice dev` sends to, so that no real backend is needed. Its receiver speaks
// remote write 1.0 and 2.0 over TLS; its query server shows what arrived. Both listen on 127.0.0.1 only.

import { LoopbackServer } from './loopback-server.ts';
import type { PageAddresses } from './page/page.ts';
import { createQueryServer } from './query-server.ts';
import { createCertificate } from './receiver/certificate.ts';
import { createReceiver, WRITE_PATH } from './receiver/receiver.ts';
import { SampleStore } from './store/sample-store.ts';

interface DevBackendOptions {
  /** The port of the query server. If it is taken, any free port is used. */
  readonly queryPort: number;
  /** Clients check the certificate against their own clocks, so this clock has to be about right. */
  readonly nowMs: () => number;
  /**
   * A complete push URL for the page's example, such as http://127.0.0.1:3030/pushgateway/metrics/job/demo;
   * a function if it is known only later.
   */
  readonly pushUrl?: string | (() => string | undefined);
  readonly maxSeries?: number;
  readonly maxSamplesPerSeries?: number;
}

export interface DevBackend {
  /** https://127.0.0.1:PORT/api/v1/write */
  readonly writeUrl: string;
  /** http://127.0.0.1:PORT */
  readonly queryUrl: string;
  /** The certificate to trust for `writeUrl`. */
  readonly caPem: string;
  /** Closes both servers and all their connections. May be called twice. */
  stop(): Promise<void>;
}

const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
const MAX_STORED_BYTES = 96 * 1024 * 1024;
const MAX_FAMILIES = 5_000;

/** Resolves when both servers listen. Rejects if there is no free port. */
export async function startDevBackend(options: DevBackendOptions): Promise<DevBackend> {
  const { nowMs, pushUrl } = options;
  const store = new SampleStore({
    maxSeries: options.maxSeries ?? 20_000,
    maxSamplesPerSeries: options.maxSamplesPerSeries ?? 120,
    maxBytes: MAX_STORED_BYTES,
    maxFamilies: MAX_FAMILIES,
  });
  const certificate = await createCertificate(nowMs());
  const addresses = (): PageAddresses => ({
    writeUrl,
    queryUrl,
    pushUrl: typeof pushUrl === 'function' ? pushUrl() : pushUrl,
  });
  const receiver = new LoopbackServer(
    createReceiver({ certificate, store, nowMs, maxBytes: MAX_REQUEST_BYTES }),
  );
  const queries = new LoopbackServer(createQueryServer({ store, nowMs, addresses }));
  const stop = async (): Promise<void> => {
    await Promise.all([receiver.stop(), queries.stop()]);
  };
  const writeUrl = `https://${await receiver.listen(0)}${WRITE_PATH}`;
  const queryUrl = `http://${await queries.listenNear(options.queryPort).catch(stopped)}`;
  return { writeUrl, queryUrl, caPem: certificate.certPem, stop };

  async function stopped(error: unknown): Promise<never> {
    await stop();
    throw error;
  }
}
