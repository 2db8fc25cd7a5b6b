// Reads the Prefer header (RFC 7240): `wait` and `respond-async`, the two preferences that mean something for a push.
// Malformed and unknown preferences are ignored, as the RFC asks; they never refuse a push.

export interface Preferences {
  /** `wait`: how long the client is willing to wait. Infinity if the number is too large for a double. */
  readonly waitSeconds: number | undefined;
  readonly respondAsync: boolean;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6: the grammar of lists, tokens, quoted strings and blanks. Each blank
// can be matched in one place only, so that no header takes longer than its length.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = String.raw`"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"`;
const WORD = `(?:${TOKEN}|${QUOTED})`;
const PARAMETER = `[\\t ]*;(?:[\\t ]*${TOKEN}(?:[\\t ]*=(?:[\\t ]*${WORD})?)?)?`;
const PREFERENCE = new RegExp(
  `^[\\t ]*(${TOKEN})(?:[\\t ]*=(?:[\\t ]*(${WORD}))?)?(?:${PARAMETER})*[\\t ]*$`,
);
/** Up to the next comma outside quotes; quotes that do not end take the rest. */
const LIST_ELEMENT = /(?:[^",]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gs;
const DIGITS = /^\d+$/;

/** `header`: the values of all its lines, joined with commas. */
export function readPrefer(header: string): Preferences {
  let waitSeconds: number | undefined;
  let respondAsync = false;
  const seen = new Set<string>();
  for (const [element] of header.matchAll(LIST_ELEMENT)) {
    const [, name = '', value = ''] = PREFERENCE.exec(element) ?? [];
    const preference = name.toLowerCase();
    // Of a preference that is named twice only the first counts (RFC 7240, section 2).
    if (seen.has(preference)) continue;
    seen.add(preference);
    if (preference === 'wait') waitSeconds = readSeconds(unquote(value));
    else if (preference === 'respond-async') respondAsync = true;
  }
  return { waitSeconds, respondAsync };
}

function readSeconds(text: string): number | undefined {
  return DIGITS.test(text) ? Number(text) : undefined;
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
}
