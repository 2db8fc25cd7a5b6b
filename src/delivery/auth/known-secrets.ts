// Credentials that change while the program runs. A few earlier ones stay known, because answers to attempts that were
// made with them are still on their way.
import { REDACTED, Secret } from '../../config/secret.ts';

const KEPT = 64;

export class KnownSecrets {
  /** The latest first. */
  #secrets: readonly Secret[] = [];

  add(...texts: readonly string[]): void {
    const others = this.#secrets.filter((secret) => !texts.includes(secret.reveal()));
    const added = [...new Set(texts)].filter((text) => text !== '').map((text) => new Secret(text));
    this.#secrets = [...added, ...others].slice(0, Math.max(KEPT, added.length));
  }

  redact(text: string): string {
    // One that holds another goes first, or half of it would stay.
    const texts = this.#secrets.map((secret) => secret.reveal()).sort((a, b) => b.length - a.length);
    return texts.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  }
}
