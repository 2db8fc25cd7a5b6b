// AWS Signature Version 4: every attempt is signed with its own date and the hash of its own body. Credentials are looked
// for once for all lanes, and again before they end.
import type { BackendConfig, SigV4Config } from '../../config/config.ts';
import { unlessAborted } from '../../telemetry/wait.ts';
import { printable } from '../http/printable.ts';
import { proxyChoice } from '../http/proxy-route.ts';
import type { AwsCredentialIdentity } from './aws-library.ts';
import { AwsRequestHandler } from './aws-request-handler.ts';
import type { AuthDeps, Authenticated, BackendAuth, UnsignedRequest } from './backend-auth.ts';
import { KnownSecrets } from './known-secrets.ts';
import { type Fetched, RenewedValue } from './renewed-value.ts';

const EARLY_MS = 300_000;
/** Of credentials that do not end by themselves: where they stand may have been written anew. */
const LASTING_MS = 300_000;

export class SigV4Auth implements BackendAuth {
  readonly #config: SigV4Config;
  readonly #region: string;
  readonly #deps: AuthDeps;
  readonly #timeoutMs: number;
  readonly #requestHandler: AwsRequestHandler;
  readonly #credentials: RenewedValue<AwsCredentialIdentity>;
  readonly #secrets = new KnownSecrets();
  #searching: Promise<AwsCredentialIdentity> | undefined;

  /** Throws an Error where no region is known. */
  constructor(config: SigV4Config, backend: BackendConfig, deps: AuthDeps) {
    this.#config = config;
    this.#region = regionOf(config, backend, deps.env);
    this.#deps = deps;
    this.#timeoutMs = backend.remoteTimeout;
    const { clock } = deps;
    const chooseProxy = proxyChoice(backend, deps.env);
    this.#requestHandler = new AwsRequestHandler({ chooseProxy, timeoutMs: this.#timeoutMs, clock });
    this.#credentials = new RenewedValue({ clock, earlyMs: EARLY_MS, fetch: (signal) => this.#find(signal) });
  }

  async authenticate(request: UnsignedRequest, signal: AbortSignal): Promise<Authenticated> {
    try {
      const credentials = await this.#credentials.get(signal);
      const { signRequest } = await import('./aws-library.ts');
      const headers = await signRequest(request, {
        credentials,
        region: this.#region,
        service: this.#config.service,
        nowMs: this.#deps.clock.nowMs(),
      });
      return { kind: 'ready', headers, onRefused: () => this.#credentials.drop(credentials) };
    } catch (error) {
      const detail = `Cannot get AWS credentials: expected some where the configuration or an AWS SDK looks, found: ${wordsOf(error)}`;
      const outcome = { reason: 'aws_credentials', detail, refusesAccess: true, isOurFault: true } as const;
      return { kind: 'unavailable', outcome: { kind: 'retry', ...outcome } };
    }
  }

  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  renewConnections(graceMs: number): void {
    this.#requestHandler.renewConnections(graceMs);
  }

  async close(): Promise<void> {
    this.#credentials.close();
    await this.#requestHandler.close();
  }

  async #find(signal: AbortSignal): Promise<Fetched<AwsCredentialIdentity>> {
    const { accessKey, secretKey, sessionToken, externalId } = this.#config;
    for (const secret of [accessKey, secretKey, sessionToken, externalId])
      if (secret !== undefined) this.#secrets.add(secret.reveal());
    const found = await this.#withinTime(this.#search(), signal);
    this.#secrets.add(found.accessKeyId, found.secretAccessKey, found.sessionToken ?? '');
    const { expiration } = found;
    if (expiration === undefined) return { value: found, lifetimeMs: LASTING_MS };
    return { value: found, lifetimeMs: expiration.getTime() - this.#deps.clock.nowMs() };
  }

  /** One at a time: a program that a profile names and that does not end would be started again and again. */
  #search(): Promise<AwsCredentialIdentity> {
    this.#searching ??= this.#searchOnce().finally(() => {
      this.#searching = undefined;
    });
    return this.#searching;
  }

  async #searchOnce(): Promise<AwsCredentialIdentity> {
    const { findCredentials } = await import('./aws-library.ts');
    const requestHandler = this.#requestHandler;
    return findCredentials({ config: this.#config, region: this.#region, requestHandler });
  }

  /** The library has limits of its own for some sources only. */
  async #withinTime<T>(found: Promise<T>, signal: AbortSignal): Promise<T> {
    const timeout = new AbortController();
    const seen = `found no answer within ${this.#timeoutMs} ms`;
    const timer = this.#deps.clock.setTimer(() => timeout.abort(new Error(seen)), this.#timeoutMs);
    try {
      return await unlessAborted(found, AbortSignal.any([signal, timeout.signal]));
    } finally {
      timer.cancel();
    }
  }
}

/** The workspace's own host knows best: AWS_REGION is where Sluice runs. */
function regionOf({ region }: SigV4Config, { name, url }: BackendConfig, env: AuthDeps['env']): string {
  const ofHost = /^aps-workspaces(?:-fips)?\.([a-z0-9-]+)\./.exec(new URL(url).hostname)?.[1];
  const known = region ?? ofHost ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  if (known) return known;
  throw new Error(
    `Cannot sign for backend ${name}: expected a region (sigv4.region or AWS_REGION), found none`,
  );
}

/** Whole: what shows them blanks secrets before it cuts, since the beginning of one would not be recognised. */
function wordsOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
