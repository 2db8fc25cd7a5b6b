// Label names that a client escaped so that they hold letters, digits and underscores only: `U__` in front, `__` for an
// underscore, `_HEX_` for any other character (https://prometheus.io/docs/instrumenting/escaping_schemes/).

const ESCAPED = /^U__(?:[^_]|__|_[0-9a-fA-F]{1,6}_)*$/;
const ESCAPE = /__|_([0-9a-fA-F]+)_/g;
const PREFIX_LENGTH = 3;

/** The name that was meant. With any flaw in its escapes, or without any, a name is what it is. */
export function unescapeName(name: string): string {
  if (!ESCAPED.test(name)) return name;
  let isSound = true;
  const unescaped = name.slice(PREFIX_LENGTH).replace(ESCAPE, (_, hex: string | undefined) => {
    if (hex === undefined) return '_';
    const codePoint = Number.parseInt(hex, 16);
    if (isCharacter(codePoint)) return String.fromCodePoint(codePoint);
    isSound = false;
    return '';
  });
  return isSound ? unescaped : name;
}

/** A Unicode scalar value: no half of a surrogate pair. */
function isCharacter(codePoint: number): boolean {
  return codePoint <= 0x10_ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
}
