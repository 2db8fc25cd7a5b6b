// Makes foreign bytes fit for one log record: bounded, on one line, without control characters.

const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Bytes as text; what is not UTF-8 becomes U+FFFD, control characters are escaped. */
export function printableText(bytes: Uint8Array): string {
  return printable(new TextDecoder('utf-8').decode(bytes));
}

export function printable(text: string): string {
  return text.replace(CONTROL, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT_ESCAPES[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}
