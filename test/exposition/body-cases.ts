// One line for each case of the text format's tables: what the body shows, the body, and the expected result.
import { expect, test } from 'vitest';
import { type ParserOptions, type ReadSample, readBody } from './read-body.ts';

export interface BodyCases {
  /** `body` is refused in this line with this problem. */
  refuses(what: string, body: string | Uint8Array, line: number, problem: string): void;
  /** `body` holds exactly these samples. */
  takes(what: string, body: string | Uint8Array, ...samples: readonly ReadSample[]): void;
  /** The samples of a body, or the message it is refused with. */
  read(body: string | Uint8Array): readonly ReadSample[] | string;
}

/** What is added to the message if the line ends in CR LF. */
export const CR_LF = '; the line ends in CR LF: expected LF alone (or push.pushgateway.lineEndings: lenient)';
export const NO_LINE_FEED = 'expected a line feed at the end of the last line, found the end of the body';

export function bodyCases(options: ParserOptions = {}): BodyCases {
  return {
    refuses(what, body, line, problem) {
      test(`refuses ${what}`, () => {
        expect(readBody(body, options)).toBe(`Cannot parse exposition line ${line}: ${problem}`);
      });
    },
    takes(what, body, ...samples) {
      test(`takes ${what}`, () => {
        expect(readBody(body, options)).toEqual(samples);
      });
    },
    read(body) {
      return readBody(body, options);
    },
  };
}
