// A credential that cannot be printed by accident: JSON, inspect and string conversion all show `<redacted>`.

import { inspect } from 'node:util';

export const REDACTED = '<redacted>';

/** `text` without any of `secrets`. A secret that contains another one goes first, or a part of it would stay. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
}

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The credential itself. Call it only to send it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
