// The format that the headers of a push declare. They are mostly those of the push before, so the answer is kept.
import { type BodyFormat, formatOf } from '../transcode/body-format.ts';

export interface DeclaredFormat {
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
}

export class FormatMemory {
  #latest: DeclaredFormat = { contentType: undefined, userAgent: undefined };
  #format: BodyFormat = 'undeclared';

  of({ contentType, userAgent }: DeclaredFormat): BodyFormat {
    if (contentType === this.#latest.contentType && userAgent === this.#latest.userAgent) return this.#format;
    this.#latest = { contentType, userAgent };
    this.#format = formatOf(contentType, userAgent);
    return this.#format;
  }
}
