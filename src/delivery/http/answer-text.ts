// Reads the text of an HTTP answer: words of the backend made fit for a log line, and `Retry-After`.

const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As `printable`; bytes that are not UTF-8 become U+FFFD. */
export function printableText(bytes: Uint8Array): string {
  return printable(new TextDecoder('utf-8').decode(bytes));
}

/** On one line, with control characters escaped. */
export function printable(text: string): string {
  return text.replace(CONTROL, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT_ESCAPES[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const TIME = String.raw`\d{2}:\d{2}:\d{2}`;
const IMF_FIXDATE = new RegExp(
  String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} ${MONTH} \d{4} ${TIME} GMT$`,
);
const RFC_850 = new RegExp(
  String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-${MONTH}-\d{2} ${TIME} GMT$`,
);
const ASCTIME = new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} [ \d]\d ${TIME} \d{4}$`);

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds from `nowMs` on. Undefined if the header is missing, repeated,
 * not exactly in one of its forms, or not in the future.
 */
export function parseRetryAfter(
  value: string | readonly string[] | undefined,
  nowMs: number,
): number | undefined {
  if (typeof value !== 'string') return undefined;
  const afterMs = /^\d+$/.test(value) ? Number(value) * 1000 : parseHttpDate(value) - nowMs;
  return afterMs > 0 ? Math.min(afterMs, Number.MAX_SAFE_INTEGER) : undefined;
}

function parseHttpDate(value: string): number {
  if (IMF_FIXDATE.test(value) || RFC_850.test(value)) return Date.parse(value);
  return ASCTIME.test(value) ? Date.parse(`${value} GMT`) : Number.NaN;
}
