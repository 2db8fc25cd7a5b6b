// The embedded development backend: what `sluice dev` sends to where nobody has a real one. Its receiving side speaks
// remote write 1.0 and 2.0 over TLS, its reading side shows people what arrived. Both listen on 127.0.0.1 only.
import { createCertificate } from './certificate.ts';
import { Listener } from './listener.ts';
import type { PageAddresses } from './page.ts';
import { createQueryServer } from './query-server.ts';
import { createReceiver, WRITE_PATH } from './receiver.ts';
import { SampleStore } from './sample-store.ts';

export interface DevBackendOptions {
  /** Where the query side listens; any free port is taken where this one is not to be had. */
  readonly queryPort: number;
  /** Clients check the certificate against their own clocks, so this one has to be about right. */
  readonly nowMs: () => number;
  /**
   * A whole push address for the page's example, such as http://127.0.0.1:3030/pushgateway/metrics/job/demo;
   * a function where it is known only later.
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
  /** Closes both servers, connections in use among them. May be called twice. */
  stop(): Promise<void>;
}

const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
const MAX_STORED_BYTES = 96 * 1024 * 1024;
const MAX_FAMILIES = 5_000;

/** Resolves when both servers listen. Rejects when no port is to be had. */
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
  const receiver = new Listener(createReceiver({ certificate, store, nowMs, maxBytes: MAX_REQUEST_BYTES }));
  const queries = new Listener(createQueryServer({ store, nowMs, addresses }));
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
