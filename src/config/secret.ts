// A credential that cannot be printed by accident: JSON, inspect and string conversion all show `<redacted>`.
import { inspect } from 'node:util';

export const REDACTED = '<redacted>';

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The credential itself; call it only where it goes onto the wire. */
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
