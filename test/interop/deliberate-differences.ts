// Where Sluice decides otherwise than Pushgateway 1.5.1, on purpose: the whole list. Any other difference is a defect.
import type { HttpAnswer } from '../support/http-client.ts';
import type { ExposedAnswer } from './support/pushgateway.ts';

export interface BothAnswers {
  /** Of the request, raw. */
  readonly target: string;
  readonly body: string | Uint8Array;
  readonly ours: HttpAnswer;
  readonly theirs: ExposedAnswer;
}

export type SuffixedType = 'histogram' | 'summary';

interface Difference {
  readonly reason: string;
  /** Which of the two takes the push. */
  readonly takenBy: 'ours' | 'theirs';
  applies(answers: BothAnswers): boolean;
}

const ONCE = /^Cannot parse exposition line (\d+): expected each series once/;
const QUOTED_NAME = /^\s*#\s*(?:HELP|TYPE)\s+"|^\s*"|^\s*\{|[{,]\s*"/;
const SUFFIXED_TYPE =
  /^[ \t]*#[ \t]*TYPE[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+((?:gauge_?)?histogram|summary)$/i;
const GAUGE_HISTOGRAM = /^[ \t]*#[ \t]*TYPE[ \t]+\S+[ \t]+gauge_histogram$/im;
const EMPTY_VALUE = /=[ \t]*""/;

export const DELIBERATE_DIFFERENCES = {
  timestamp: {
    reason: 'a Pushgateway keeps the last value for ever and so refuses timestamps; a forwarder honours them',
    takenBy: 'ours',
    applies: ({ theirs }) => theirs.text.includes('pushed metrics must not have timestamps'),
  },
  quotedName: {
    reason: 'newer versions take names in quotes if the name itself is a classic one',
    takenBy: 'ours',
    applies: (answers) =>
      /invalid|expected/.test(answers.theirs.text) && QUOTED_NAME.test(theirLine(answers)),
  },
  gaugeHistogramSpelling: {
    reason: 'newer versions also take the word as OpenMetrics spells it',
    takenBy: 'ours',
    applies: ({ theirs }) => /unknown metric type "gaugehistogram"/i.test(theirs.text),
  },
  gaugeHistogramParts: {
    reason: 'newer versions read _bucket, _sum and _count of a gauge histogram as those of a histogram',
    takenBy: 'theirs',
    applies: ({ ours, body }) =>
      /expected (?:one TYPE|one HELP|TYPE of a (?:histogram|family)|a number as value of label "le")/.test(
        ours.text,
      ) && GAUGE_HISTOGRAM.test(textOf(body)),
  },
  exemplar: {
    reason: 'exemplars are forwarded, and prom-client sends OpenMetrics without saying so',
    takenBy: 'ours',
    applies: ({ theirs }) =>
      /expected integer as timestamp, got "#"|spurious string after timestamp: "\s*#/.test(theirs.text),
  },
  helpQuoteEscape: {
    reason: 'newer versions take an escaped quote in HELP, as in a label value',
    takenBy: 'ours',
    applies: (answers) =>
      answers.theirs.text.includes(`invalid escape sequence '\\"'`) && /#\s*HELP/.test(theirLine(answers)),
  },
  repeatedPart: {
    reason:
      'a bucket, quantile, sum or count that is there twice would be two samples of one series at one time',
    takenBy: 'theirs',
    applies: (answers) => isPart(ourRepeatedLine(answers), answers.body),
  },
  emptyLabelTwin: {
    reason: 'an empty label is no label, so that both samples would be of one series at one time',
    takenBy: 'theirs',
    applies: (answers) => ourRepeatedLine(answers) !== '' && EMPTY_VALUE.test(textOf(answers.body)),
  },
  labelLimit: {
    reason: 'no backend takes 1000 labels; the bound keeps a hostile line cheap',
    takenBy: 'theirs',
    applies: ({ ours }) => ours.text.endsWith('expected at most 1000 labels, found more\n'),
  },
  splitMetric: {
    reason:
      'parts of a histogram that become one metric only by the labels of the group are still different series',
    takenBy: 'ours',
    applies: ({ theirs, body }) => {
      const [, name = ''] = /metric "([^"]+)" .* was collected before with the same/.exec(theirs.text) ?? [];
      return isPart(name, body) && /[{,][ \t]*(?:job|instance)[ \t]*=/.test(textOf(body));
    },
  },
  boundInPath: {
    reason:
      'a label "le" in the path would overwrite the bounds of all buckets; Pushgateway exposes "le" twice',
    takenBy: 'theirs',
    applies: ({ target, ours }) =>
      ours.text.endsWith('expected no label "le" in the path of a histogram, found one\n') &&
      target.includes('/le'),
  },
  encodedSlash: {
    reason: 'Pushgateway decodes before it splits; clients that encode a slash mean it as part of the value',
    takenBy: 'ours',
    applies: ({ target }) => /%2f/i.test(target),
  },
  doubledSlash: {
    reason:
      'Pushgateway redirects, which loses the push of most clients; a base URL with a slash too many is common',
    takenBy: 'ours',
    applies: ({ target, theirs }) => theirs.status === 301 && /\/\/.*metrics\//.test(target),
  },
  dotSegment: {
    reason: 'Pushgateway redirects to another group; a dot in a value is part of the value',
    takenBy: 'ours',
    applies: ({ target, theirs }) => theirs.status === 301 && /\/(?:\.|%2e){1,2}$/i.test(target),
  },
} as const satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof DELIBERATE_DIFFERENCES;

/** Which deliberate difference explains the answers; undefined if none does. */
export function explain(answers: BothAnswers): DifferenceName | undefined {
  const takenBy = isTaken(answers.ours) ? 'ours' : 'theirs';
  const names = Object.keys(DELIBERATE_DIFFERENCES) as DifferenceName[];
  return names.find((name) => {
    const difference: Difference = DELIBERATE_DIFFERENCES[name];
    return difference.takenBy === takenBy && difference.applies(answers);
  });
}

export function isTaken({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The line at which Pushgateway stopped; empty if it read the whole body. */
function theirLine({ theirs, body }: BothAnswers): string {
  return lineOf(body, /parsing error in line (\d+):/.exec(theirs.text)?.[1]);
}

/** The line that Sluice found to be of a series seen before; empty if it found none. */
function ourRepeatedLine({ ours, body }: BothAnswers): string {
  return lineOf(body, ONCE.exec(ours.text)?.[1]);
}

function lineOf(body: string | Uint8Array, number: string | undefined): string {
  return number === undefined ? '' : (textOf(body).split('\n')[Number(number) - 1] ?? '');
}

function isPart(line: string, body: string | Uint8Array): boolean {
  const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  const names = suffixedTypes(body);
  return name !== undefined && (names.has(name) || names.has(name.replace(/_(?:bucket|sum|count)$/, '')));
}

/** The names that a body declares to be of a histogram or summary. */
export function suffixedTypes(body: string | Uint8Array): ReadonlyMap<string, SuffixedType> {
  const types = new Map<string, SuffixedType>();
  for (const line of textOf(body).split('\n')) {
    const [, name, type = ''] = SUFFIXED_TYPE.exec(line) ?? [];
    if (name !== undefined) types.set(name, /summary/i.test(type) ? 'summary' : 'histogram');
  }
  return types;
}

/** One character for each byte, so that lines and patterns mean the same as on the wire. */
function textOf(body: string | Uint8Array): string {
  return Buffer.from(body as string).toString('latin1');
}
