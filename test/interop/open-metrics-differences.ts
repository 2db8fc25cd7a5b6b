// Where Sluice decides otherwise than Python's OpenMetrics parser, on purpose: the whole list. Any other difference is a
// defect. Each side has its own messages.

interface Difference {
  readonly reason: string;
  readonly message: RegExp;
  /** What the body must hold besides. */
  readonly body?: RegExp;
}

/** Sluice refuses, Python takes. */
const REFUSED_BY_US: readonly Difference[] = [
  {
    reason: 'Python cuts labels at quotes and trims the rest',
    message:
      /(?:after a label|after label name|value of label|label name|label name "[^"]*"), found (?:" "|"\\t"|a carriage return)/,
  },
  {
    reason: 'Python looks only at the second word of a line that begins with #',
    message: /expected "# HELP", "# TYPE", "# UNIT" or "# EOF", found "#/,
  },
  { reason: 'Python takes any byte between the brace and the value', message: /expected one space, found "/ },
  {
    reason: 'Python takes the line `NaN` as the value of a metric Na',
    message: /expected one space, found the end of the line/,
  },
  {
    reason: 'Python trims blanks before a name that labels follow',
    message: /expected a metric name, found " "/,
  },
  {
    reason: 'a double has no such value',
    message:
      /expected a number as value(?: of the exemplar)?, found "[+-]?(?:[0-9.]+[eE]\+?[0-9]{3,}|[0-9]{309,})/,
  },
  { reason: 'NaN has no sign', message: /expected a number as value(?: of the exemplar)?, found "[+-]nan"/i },
  {
    reason: 'milliseconds beyond 2^53 are no time of a sample',
    message: /expected a timestamp in seconds .*, found "[+-]?(?:[0-9]{13,}|[0-9.]+[eE]\+?[0-9]+)/,
  },
  {
    reason: 'Python takes any bytes after ninth decimals',
    message: /expected a timestamp in seconds .*, found "[+-]?[0-9]+\.[0-9]{9}/,
  },
];

/** Python refuses, Sluice takes. */
const REFUSED_BY_THEM: readonly Difference[] = [
  {
    reason: 'what types say of their samples is not checked',
    message:
      /Stateset (?:missing label|samples can only)|Info samples can only|Counter-like samples cannot|Quantile values cannot|Invalid (?:le|quantile) label|(?:Bucket|Count) value must be|\+Inf bucket missing|Count does not match|must be present if|Bucket(?:s| values) out of order|KeyError: '(?:le|quantile)'|negative (?:buckets|_gsum)/,
  },
  { reason: 'a counter may have the bare name', message: /Clashing name/ },
  { reason: 'the order of series within a family is free', message: /Invalid metric grouping/ },
  {
    reason: 'whether the times of a series rise is checked when series are compared, not by the parser',
    message: /Timestamps went backwards|Mix of timestamp presence/,
  },
  {
    reason: 'an exemplar may follow any sample',
    message: /only histogram\/gaugehistogram buckets and counters can have exemplars/,
  },
  {
    reason: 'Python misreads what follows an escaped quote or backslash',
    message:
      /Invalid line: (?:[^ ]* )?# \{.*\\"|could not convert string to float|Invalid value: |invalid metric name/s,
    body: /\\[\\"]/,
  },
  { reason: 'a comma may follow the last label', message: /Invalid labels: .*,$/s },
];

/** Bodies of the table that Python judges otherwise than the specification. */
export const DIFFERENT_BY_PYTHON: readonly (readonly [topic: string, text: string])[] = [
  ['blanks between tokens', 'a {x="y"} 1\n'],
  ['bad label names', 'a{x:y="z"} 1\n'],
];

/** Why the two differ about a body; undefined for a defect. */
export function explain(
  text: string,
  ours: string | undefined,
  theirs: string | undefined,
): string | undefined {
  const [list, message = ''] = ours === undefined ? [REFUSED_BY_THEM, theirs] : [REFUSED_BY_US, ours];
  return list.find(({ message: said, body }) => said.test(message) && (body?.test(text) ?? true))?.reason;
}
