// AWS Signature Version 4: every attempt is signed with its own date and the hash of its own body. Credentials are looked
// up once for all lanes, and again before they expire.
import type { BackendConfig, SigV4Config } from '../../config/config.ts';
import type { Block } from '../../remotewrite/block.ts';
import { unlessAborted } from '../../telemetry/wait.ts';
import type { AttemptOutcome } from '../block/send-outcome.ts';
import { printable } from '../http/answer-text.ts';
import { parseTarget, type Target } from '../http/http-request.ts';
import { proxyChoice } from '../http/proxy-route.ts';
import type { AwsCredentialIdentity } from './aws-library.ts';
import { AwsRequestHandler } from './aws-request-handler.ts';
import { type AuthDeps, type BackendAuth, withHeaders } from './backend-auth.ts';
import { KnownSecrets } from './known-secrets.ts';
import { type Fetched, RenewedValue } from './renewed-value.ts';

const EARLY_MS = 300_000;
/** For credentials that do not expire by themselves: the file that they are from may be written again. */
const LASTING_MS = 300_000;

export class SigV4Auth implements BackendAuth {
  readonly #config: SigV4Config;
  readonly #target: Target;
  readonly #region: string;
  readonly #deps: AuthDeps;
  readonly #timeoutMs: number;
  readonly #requestHandler: AwsRequestHandler;
  readonly #credentials: RenewedValue<AwsCredentialIdentity>;
  readonly #secrets = new KnownSecrets();
  #searching: Promise<AwsCredentialIdentity> | undefined;

  /** Throws an Error if no region is known. */
  constructor(config: SigV4Config, backend: BackendConfig, deps: AuthDeps) {
    this.#config = config;
    this.#target = parseTarget(backend.url);
    this.#region = regionOf(config, backend, deps.env);
    this.#deps = deps;
    this.#timeoutMs = backend.remoteTimeout;
    const { clock } = deps;
    const chooseProxy = proxyChoice(backend, deps.env);
    this.#requestHandler = new AwsRequestHandler({ chooseProxy, timeoutMs: this.#timeoutMs, clock });
    this.#credentials = new RenewedValue({ clock, earlyMs: EARLY_MS, fetch: (signal) => this.#find(signal) });
  }

  async send(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    let credentials: AwsCredentialIdentity;
    let signature: Record<string, string>;
    try {
      credentials = await this.#credentials.get(signal);
      signature = await this.#sign(block, credentials);
    } catch (error) {
      return noCredentials(error);
    }
    const outcome = await this.#deps.next.send(withHeaders(block, signature), signal);
    // The next attempt gets others, if there are any.
    if (outcome.status === 401 || outcome.status === 403) this.#credentials.drop(credentials);
    return outcome;
  }

  async #sign({ headers, body }: Block, credentials: AwsCredentialIdentity) {
    const { signRequest } = await import('./aws-library.ts');
    return signRequest(
      { ...this.#target, headers, body },
      {
        credentials,
        region: this.#region,
        service: this.#config.service,
        nowMs: this.#deps.clock.nowMs(),
      },
    );
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

  /** One at a time: a program that a profile names and that hangs would be started again and again. */
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

  /** The library has its own time limits only for some sources. */
  async #withinTime<T>(found: Promise<T>, signal: AbortSignal): Promise<T> {
    const timeout = new AbortController();
    const silence = `found no answer within ${this.#timeoutMs} ms`;
    const timer = this.#deps.clock.setTimer(() => timeout.abort(new Error(silence)), this.#timeoutMs);
    try {
      return await unlessAborted(found, AbortSignal.any([signal, timeout.signal]));
    } finally {
      timer.cancel();
    }
  }
}

/** The workspace's own host comes first, because AWS_REGION is the region in which Sluice runs. */
function regionOf({ region }: SigV4Config, { name, url }: BackendConfig, env: AuthDeps['env']): string {
  const ofHost = /^aps-workspaces(?:-fips)?\.([a-z0-9-]+)\./.exec(new URL(url).hostname)?.[1];
  const known = region ?? ofHost ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  if (known) return known;
  throw new Error(
    `Cannot sign for backend ${name}: expected a region (sigv4.region or AWS_REGION), found none`,
  );
}

function noCredentials(error: unknown): AttemptOutcome {
  // Not cut here: the beginning of a secret would not be recognised when secrets are blanked out.
  const found = printable(error instanceof Error ? error.message : String(error));
  const detail = `Cannot get AWS credentials: expected some in the configuration or where an AWS SDK looks, found: ${found}`;
  return { kind: 'retry', reason: 'aws_credentials', detail, refusesAccess: true, isOurFault: true };
}
