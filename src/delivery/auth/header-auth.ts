// The `Authorization` of a backend: a token, or user name and password, inline or from files that are read again when they
// change. The credential leaves this file only as the header's value; no error or event carries it.
import type { AuthorizationConfig, BackendConfig, BasicAuthConfig } from '../../config/config.ts';
import { Secret } from '../../config/secret.ts';
import type { Block } from '../../remotewrite/block.ts';
import type { AttemptOutcome } from '../block/send-outcome.ts';
import { WatchedFile } from '../http/watched-file.ts';
import { type AuthDeps, type BackendAuth, withHeaders } from './backend-auth.ts';
import { KnownSecrets } from './known-secrets.ts';

type HeaderConfig = Pick<BackendConfig, 'authorization' | 'basicAuth'>;

export class HeaderAuth implements BackendAuth {
  readonly #deps: Pick<AuthDeps, 'next' | 'onUnreadable'>;
  readonly #parts: readonly CredentialPart[];
  readonly #compose: (texts: readonly string[]) => string;
  readonly #secrets = new KnownSecrets();
  #header: Secret | undefined;

  /** Throws an Error that names the file that cannot be used. Later trouble goes to `onUnreadable`. */
  constructor({ authorization, basicAuth }: HeaderConfig, deps: Pick<AuthDeps, 'next' | 'onUnreadable'>) {
    this.#deps = deps;
    this.#parts = basicAuth ? basicParts(basicAuth) : authorization ? bearerParts(authorization) : [];
    this.#compose = basicAuth ? composeBasic : (texts) => `${authorization?.type} ${texts[0]}`;
    if (this.#parts.length > 0) this.#header = this.#read();
  }

  async send(block: Block, signal: AbortSignal): Promise<AttemptOutcome> {
    const authorization = this.authorization();
    const request = authorization === undefined ? block : withHeaders(block, { authorization });
    return this.#deps.next.send(request, signal);
  }

  /** The header's value for the next attempt; undefined if none is configured. */
  authorization(): string | undefined {
    if (this.#parts.some((part) => part.file?.hasChanged())) this.#refresh();
    return this.#header?.reveal();
  }

  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  async close(): Promise<void> {}

  #refresh(): void {
    try {
      this.#header = this.#read();
    } catch (error) {
      this.#deps.onUnreadable(error instanceof Error ? error.message : 'Cannot read credentials');
    }
  }

  #read(): Secret {
    // Every file is read before any is judged, so that each counts as seen and one change is reported once.
    const texts = this.#parts.map(readPart);
    for (const text of texts) if (text instanceof Error) throw text;
    const header = this.#compose(texts.map(String));
    if (/[^\x20-\x7e\x80-\xff]/.test(header)) {
      const from = this.#parts.find((part) => part.file)?.file?.path;
      throw new Error(
        `Cannot use credentials${from ? ` of ${from}` : ''}: expected one line of printable characters, found others`,
      );
    }
    const credential = header.slice(header.indexOf(' ') + 1);
    // In basic authentication the last text is the password.
    this.#secrets.add(credential, String(texts.at(-1)));
    return new Secret(header);
  }
}

interface CredentialPart {
  readonly inline?: string;
  readonly file?: WatchedFile;
}

function basicParts({
  username,
  usernameFile,
  password,
  passwordFile,
}: BasicAuthConfig): readonly CredentialPart[] {
  return [
    usernameFile ? { file: new WatchedFile(usernameFile, 'username file') } : { inline: username ?? '' },
    passwordFile
      ? { file: new WatchedFile(passwordFile, 'password file') }
      : { inline: password?.reveal() ?? '' },
  ];
}

function bearerParts({ credentials, credentialsFile }: AuthorizationConfig): readonly CredentialPart[] {
  if (credentialsFile) return [{ file: new WatchedFile(credentialsFile, 'credentials file') }];
  return [{ inline: credentials?.reveal() ?? '' }];
}

function composeBasic([username, password]: readonly string[]): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readPart({ inline, file }: CredentialPart): string | Error {
  if (file === undefined) return inline ?? '';
  try {
    const text = file.read().replace(/[\r\n]+$/, '');
    // An empty file is most likely one that is just being written.
    return (
      text || new Error(`Cannot use credentials of ${file.path}: expected some text, found an empty file`)
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
