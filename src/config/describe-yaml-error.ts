// Turns the YAML library's errors into our sentences. Its own messages quote the text, which may be a secret:
// only a repeated key, never a value, is quoted here.
import type { ErrorCode, YAMLError } from 'yaml';

export function describeYamlError(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    return `expected each key once, seen ${JSON.stringify(keyAt(text, error.pos[0]))} again`;
  }
  return SENTENCES[error.code];
}

export const LOOSE_ALIAS =
  'expected the anchor (&name) of an alias (*name) before it, seen none (put text that starts with "*" in quotes)';

/** For what is thrown when the tree becomes a value. */
export function describeYamlFailure(error: unknown): string {
  if (error instanceof ReferenceError)
    return 'expected aliases that repeat little, seen a text that multiplies itself';
  if (error instanceof RangeError) return SENTENCES.RESOURCE_EXHAUSTION;
  throw error;
}

/** A quoted key without its quotes, a plain one up to its colon. */
function keyAt(text: string, offset: number): string {
  const rest = text.slice(offset, offset + 200);
  return /^(["'])(.*?)\1/.exec(rest)?.[2] ?? /^[^:\n]*/.exec(rest)?.[0].trim() ?? '';
}

const SENTENCES: Readonly<Record<Exclude<ErrorCode, 'DUPLICATE_KEY'>, string>> = {
  ALIAS_PROPS: 'expected an alias without anchor or tag, seen one with it',
  BAD_ALIAS: 'expected an alias or anchor with a name, seen one without or with ":" at its end',
  BAD_COLLECTION_TYPE: 'expected a tag that fits its value, seen another one',
  BAD_DIRECTIVE: 'expected a known YAML directive, seen another one',
  BAD_DQ_ESCAPE:
    'expected a valid escape after "\\" in double quotes, seen another one (use single quotes for plain text)',
  BAD_INDENT:
    'expected lines of one mapping or list to be indented alike and brackets to be closed, seen another indentation',
  BAD_PROP_ORDER: 'expected anchors and tags behind the indicator, seen one before it',
  BAD_SCALAR_START:
    'expected a value, seen a character that no plain value starts with (put the value in quotes)',
  BLOCK_AS_IMPLICIT_KEY:
    'expected one value after the key, seen a nested mapping or list on the same line (put text with ": " in quotes)',
  BLOCK_IN_FLOW: 'expected only "[…]" and "{…}" inside brackets, seen an indented block',
  IMPOSSIBLE: 'expected YAML, seen other text',
  KEY_OVER_1024_CHARS: 'expected a key of at most 1024 characters, seen a longer one',
  MISSING_CHAR:
    'expected a complete YAML value, seen the end of it with a character missing (a quote, bracket, comma, colon or space)',
  MULTILINE_IMPLICIT_KEY: 'expected a key on one line followed by ":", seen text without ":"',
  MULTIPLE_ANCHORS: 'expected at most one anchor, seen another one',
  MULTIPLE_DOCS: 'expected one YAML document, seen a second one after "---"',
  MULTIPLE_TAGS: 'expected at most one tag, seen another one',
  NON_STRING_KEY: 'expected text as a key, seen a mapping, a list or nothing',
  RESOURCE_EXHAUSTION: 'expected a few nested levels, seen too many',
  TAB_AS_INDENT: 'expected spaces as indentation, seen a tab',
  TAG_RESOLVE_FAILED: 'expected a value without a tag or with one that fits it, seen another tag',
  UNEXPECTED_TOKEN:
    'expected the value to end or a line of its own, seen more text (put text with special characters in quotes)',
};
