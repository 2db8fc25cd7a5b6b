// A text in which `$1`, `${1}`, `$name`, `${name}` and `$$` stand for groups of a match and for a dollar sign, by the rules
// of Go's regexp.Expand (https://pkg.go.dev/regexp#Regexp.Expand): a name reaches as far as it can, `$1_x` is `${1_x}`;
// a group that does not exist is empty; any other dollar sign stands for itself.
import type { PatternMatch } from './relabel-pattern.ts';

type Piece = string | { readonly group: number } | { readonly name: string };

export interface RelabelTemplate {
  /** Whether there is nothing in it to be filled in. */
  readonly isPlain: boolean;
  expand(match: PatternMatch): string;
}

/** Letters, digits and `_`, in the sense of Unicode; braced, or not. */
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;
/** A larger one is a name to Go. */
const MAX_GROUP = 1e8;

export function parseTemplate(text: string): RelabelTemplate {
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

/** `01` is a name; so is a number as long as no expression has groups. */
function toReference(name: string): Piece {
  const isNumber = /^(?:0|[1-9]\d*)$/.test(name) && Number(name.slice(0, -1)) < MAX_GROUP;
  return isNumber ? { group: Number(name) } : { name };
}

function textOf(piece: Piece, { groups, groupNumbers }: PatternMatch): string {
  if (typeof piece === 'string') return piece;
  if ('group' in piece) return groups[piece.group] ?? '';
  return Object.hasOwn(groupNumbers, piece.name) ? (groups[groupNumbers[piece.name]!] ?? '') : '';
}
