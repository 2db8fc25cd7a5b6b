// The `Authorization` of a backend, inline or from files that are read again when they change.
// The credential leaves this file only as the header's value; no error or event carries it.
import type { AuthorizationConfig, BackendConfig, BasicAuthConfig } from '../../config/config.ts';
import { Secret } from '../../config/secret.ts';
import { WatchedFile } from '../http/watched-file.ts';

/** Of the newest and several earlier credentials. */
const MAX_SECRETS = 16;

type CredentialsConfig = Pick<BackendConfig, 'authorization' | 'basicAuth'>;

export class Credentials {
  readonly #parts: readonly Part[];
  readonly #compose: (texts: readonly string[]) => string;
  readonly #onUnreadable: (detail: string) => void;
  #header: Secret | undefined;
  /**
   * The header's credential and, in basic authentication, the password in it, the newest first. Earlier ones stay: an answer
   * to an attempt that was made with them may still come, and repeat them.
   */
  #secrets: readonly Secret[] = [];

  /** Throws an Error that names the file where one cannot be used. `onUnreadable` hears of later trouble. */
  constructor({ authorization, basicAuth }: CredentialsConfig, onUnreadable: (detail: string) => void) {
    this.#parts = basicAuth ? basicParts(basicAuth) : authorization ? bearerParts(authorization) : [];
    this.#compose = basicAuth ? composeBasic : (texts) => `${authorization?.type} ${texts[0]}`;
    this.#onUnreadable = onUnreadable;
    if (this.#parts.length > 0) this.#header = this.#read();
  }

  /** The header's value for the next attempt; undefined where the backend wants none. */
  authorization(): string | undefined {
    if (this.#parts.some((part) => part.file?.hasChanged())) this.#refresh();
    return this.#header?.reveal();
  }

  /** `text` without the credential, should a backend repeat it in an answer. */
  redact(text: string): string {
    // One that holds another one goes first, or half of it would stay.
    const texts = this.#secrets.map((secret) => secret.reveal()).sort((a, b) => b.length - a.length);
    return texts.reduce((rest, secret) => rest.replaceAll(secret, '<redacted>'), text);
  }

  #refresh(): void {
    try {
      this.#header = this.#read();
    } catch (error) {
      this.#onUnreadable(error instanceof Error ? error.message : 'Cannot read credentials');
    }
  }

  #read(): Secret {
    // Every file is read before any is judged, so that each counts as seen and one change is told once.
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
    const newest = [credential, String(texts.at(-1))].filter((text) => text !== '');
    this.#secrets = [...newest.map((text) => new Secret(text)), ...this.#secrets].slice(0, MAX_SECRETS);
    return new Secret(header);
  }
}

interface Part {
  readonly inline?: string;
  readonly file?: WatchedFile;
}

function basicParts({ username, usernameFile, password, passwordFile }: BasicAuthConfig): readonly Part[] {
  return [
    usernameFile ? { file: new WatchedFile(usernameFile, 'username file') } : { inline: username ?? '' },
    passwordFile
      ? { file: new WatchedFile(passwordFile, 'password file') }
      : { inline: password?.reveal() ?? '' },
  ];
}

function bearerParts({ credentials, credentialsFile }: AuthorizationConfig): readonly Part[] {
  if (credentialsFile) return [{ file: new WatchedFile(credentialsFile, 'credentials file') }];
  return [{ inline: credentials?.reveal() ?? '' }];
}

function composeBasic([username, password]: readonly string[]): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readPart({ inline, file }: Part): string | Error {
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
