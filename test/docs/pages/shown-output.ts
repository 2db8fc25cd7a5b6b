// Compares the output of a command with the output that a page shows. What differs from run to run is masked by
// fixed rules, and a line of three dots matches any lines; everything else has to be the same.

/** Each with what it is about. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  // Times since 1970, in seconds or milliseconds, and dates.
  [/\b1[7-9]\d{8}(?:\d{3}|\.\d+)?\b/g, 'TIME'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME'],
  // The Node that happens to run it.
  [/\(Node [\d.]+\)/g, '(Node VERSION)'],
  [/\bv2\d\.\d+\.\d+\b/g, 'VERSION'],
  // The development backend takes any port.
  [/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:PORT'],
  [/"pid":\d+/g, '"pid":NUMBER'],
  [/"durationMs":[\d.]+/g, '"durationMs":NUMBER'],
];

export function masked(text: string): string {
  return MASKS.reduce((masking, [pattern, mask]) => masking.replace(pattern, mask), text.trim());
}

/** Whether `printed` is what is shown. */
export function shows(shown: string, printed: string): boolean {
  return patternOf(masked(shown), '\n').test(masked(printed));
}

/** Whether the shown lines are among the printed ones, in their order: a program in the background also logs. */
export function showsAmong(shown: string, printed: string): boolean {
  const lines = masked(printed).split('\n');
  let from = 0;
  for (const line of masked(shown)
    .split('\n')
    .filter((each) => each !== '' && !isGap(each))) {
    const at = lines.indexOf(line, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

function patternOf(shown: string, lineEnd: string): RegExp {
  const parts = `${shown}${lineEnd}`.split(/^(?:\.\.\.|…)\n/m);
  const escaped = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${escaped.join('(?:.*\\n)*?').replace(/\n$/, '\\n?')}$`);
}

function isGap(line: string): boolean {
  return line === '...' || line === '…';
}
