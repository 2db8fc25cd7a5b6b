// Byte values and byte classes of the text formats and of label names. The table never changes after load.

export const NUL = 0;
export const TAB = 9;
export const LF = 10;
export const CR = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const DIGIT_0 = 48;
export const EQUALS = 61;
export const BACKSLASH = 92;
export const UPPER_E = 69;
export const LOWER_E = 101;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

/** First byte of a metric name: `[a-zA-Z_:]`. */
export const METRIC_START = 1;
/** Any byte of a metric name: `[a-zA-Z0-9_:]`. */
export const METRIC = 2;
/** First byte of a label name: `[a-zA-Z_]`. */
export const LABEL_START = 4;
/** Any byte of a label name: `[a-zA-Z0-9_]`. */
export const LABEL = 8;
/** Space and tab. */
export const BLANK = 16;
/** A byte inside quotes that needs a look: quote, backslash, line feed, NUL, and all from 0x80 up. */
export const QUOTED_STOP = 32;
/** Ends an unquoted token: space, tab, line feed. */
export const TOKEN_END = 64;

export const BYTE_CLASS = makeByteClasses();

function makeByteClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  const add = (from: number, to: number, bits: number) => {
    for (let byte = from; byte <= to; byte++) classes[byte] = (classes[byte] ?? 0) | bits;
  };
  const letter = METRIC_START | METRIC | LABEL_START | LABEL;
  add(65, 90, letter);
  add(97, 122, letter);
  add(95, 95, letter);
  add(48, 57, METRIC | LABEL);
  add(58, 58, METRIC_START | METRIC);
  add(SPACE, SPACE, BLANK | TOKEN_END);
  add(TAB, TAB, BLANK | TOKEN_END);
  add(LF, LF, QUOTED_STOP | TOKEN_END);
  for (const byte of [NUL, QUOTE, BACKSLASH]) add(byte, byte, QUOTED_STOP);
  add(128, 255, QUOTED_STOP);
  return classes;
}

/** Whether `bytes[start, end)` is a metric name of the classic character set. */
export function isMetricName(bytes: Uint8Array, start: number, end: number): boolean {
  return isName(bytes, start, end, METRIC_START, METRIC);
}

/** Whether `bytes[start, end)` is a label name of the classic character set. */
export function isLabelName(bytes: Uint8Array, start: number, end: number): boolean {
  return isName(bytes, start, end, LABEL_START, LABEL);
}

function isName(bytes: Uint8Array, start: number, end: number, first: number, rest: number): boolean {
  if (start >= end || (BYTE_CLASS[bytes[start]!]! & first) === 0) return false;
  for (let at = start + 1; at < end; at++) {
    if ((BYTE_CLASS[bytes[at]!]! & rest) === 0) return false;
  }
  return true;
}
