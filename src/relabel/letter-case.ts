// Upper and lower case like Go's strings.ToLower and ToUpper: each character by itself and always one for one
// (https://www.unicode.org/reports/tr44/#Simple_Uppercase_Mapping), so that hashes and joins agree with Prometheus.

const SMALL_I = 'i';
/** LATIN CAPITAL LETTER I WITH DOT ABOVE: the only one whose lower case is two characters in JavaScript. */
const DOTTED_CAPITAL_I = '\u0130';

export function toLower(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  let lower = '';
  for (const character of text) {
    lower += character === DOTTED_CAPITAL_I ? SMALL_I : character.toLowerCase();
  }
  return lower;
}

export function toUpper(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  let upper = '';
  for (const character of text) upper += upperOf(character);
  return upper;
}

function upperOf(character: string): string {
  const upper = character.toUpperCase();
  const codePoint = character.codePointAt(0)!;
  return [...upper].length === 1 ? upper : String.fromCodePoint(simpleUpper(codePoint));
}

/** If the full mapping is longer, the simple one changes nothing, except for Greek with a subscript iota, which has a capital of its own. */
function simpleUpper(codePoint: number): number {
  if (codePoint >= 0x1f80 && codePoint < 0x1fb0) return codePoint | 8;
  const hasSubscript = codePoint === 0x1fb3 || codePoint === 0x1fc3 || codePoint === 0x1ff3;
  return hasSubscript ? codePoint + 9 : codePoint;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
