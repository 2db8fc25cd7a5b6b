// The regular expression of a relabeling rule, and the replacement that its groups are put into.
import { RE2JS } from 're2js';

/** What each group matched, the whole match first; undefined for a group that did not take part. */
export interface PatternMatch {
  readonly groups: readonly (string | undefined)[];
  readonly groupNumbers: Readonly<Record<string, number>>;
}

/** RE2 syntax. It has to match a text as a whole, line ends included. */
export class RelabelPattern {
  readonly #pattern: RE2JS;
  readonly #groupNumbers: Readonly<Record<string, number>>;
  readonly #groupCount: number;
  /** The default, which matches everything. */
  readonly #isAny: boolean;

  /** Throws if `regex` does not compile, which the configuration has been checked for. */
  constructor(regex: string) {
    this.#pattern = RE2JS.compile(`^(?s:${regex})$`);
    this.#groupNumbers = this.#pattern.namedGroups();
    this.#groupCount = this.#pattern.groupCount();
    this.#isAny = regex === '(.*)';
  }

  matches(text: string): boolean {
    return this.#isAny || this.#pattern.test(text);
  }

  match(text: string): PatternMatch | undefined {
    if (this.#isAny) return { groups: [text, text], groupNumbers: {} };
    const matcher = this.#pattern.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Array.from(
      { length: this.#groupCount + 1 },
      (_, group) => matcher.group(group) ?? undefined,
    );
    return { groups, groupNumbers: this.#groupNumbers };
  }
}

type Piece = string | { readonly group: number } | { readonly name: string };

/**
 * A text in which `$1`, `${1}`, `$name`, `${name}` and `$$` are replaced by groups of a match and by a dollar sign, by the
 * rules of Go's regexp.Expand (https://pkg.go.dev/regexp#Regexp.Expand): a name reaches as far as it can, so `$1_x` is
 * `${1_x}`; a group that does not exist is empty; any other dollar sign stays as it is.
 */
export interface Replacement {
  /** Whether it has no group to put in. */
  readonly isPlain: boolean;
  expand(match: PatternMatch): string;
}

/** Letters, digits and `_`, in the sense of Unicode; braced, or not. */
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
/** A larger one is a name to Go. */
const MAX_GROUP = 1e8;

export function parseReplacement(text: string): Replacement {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(REFERENCE)) {
    pieces.push(text.slice(from, found.index));
    const name = found[1] ?? found[2];
    pieces.push(name === undefined ? '$' : toReference(name));
    from = found.index + found[0].length;
  }
  pieces.push(text.slice(from));
  return {
    isPlain: pieces.length === 1,
    expand: (match) => pieces.map((piece) => textOf(piece, match)).join(''),
  };
}

/** `01` is a name, and so is a number larger than any number of groups. */
function toReference(name: string): Piece {
  const isNumber = /^(?:0|[1-9]\d*)$/.test(name) && Number(name.slice(0, -1)) < MAX_GROUP;
  return isNumber ? { group: Number(name) } : { name };
}

function textOf(piece: Piece, { groups, groupNumbers }: PatternMatch): string {
  if (typeof piece === 'string') return piece;
  if ('group' in piece) return groups[piece.group] ?? '';
  return Object.hasOwn(groupNumbers, piece.name) ? (groups[groupNumbers[piece.name]!] ?? '') : '';
}
