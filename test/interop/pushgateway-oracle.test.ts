// Sluice beside a real Pushgateway: whatever one takes the other takes, but for the deliberate differences.
import { describe, expect } from 'vitest';
import type { OracleCase } from './corpus/oracle-case.ts';
import { BASE64, GROUPING_KEYS, URL_FORMS } from './corpus/paths.ts';
import { COMMENTS, CONSISTENCY, SUFFIXED } from './corpus/text-families.ts';
import { BAD_VALUES, LABELS, LINES, NAMES, TIMESTAMPS, VALUES } from './corpus/text-lines.ts';
import { type BothAnswers, DELIBERATE_DIFFERENCES, explain, isTaken } from './deliberate-differences.ts';
import { describeAnswers, OraclePair } from './support/oracle-pair.ts';
import { itWith } from './support/programs.ts';

const it = itWith('prometheus-pushgateway');
const PREFIX = '/pushgateway/metrics/';
const CORPUS = {
  'URL forms': URL_FORMS,
  'grouping keys': GROUPING_KEYS,
  base64: BASE64,
  'lines and blanks': LINES,
  names: NAMES,
  labels: LABELS,
  values: VALUES,
  'values that are none': BAD_VALUES,
  timestamps: TIMESTAMPS,
  'comments, TYPE and HELP': COMMENTS,
  'histograms and summaries': SUFFIXED,
  consistency: CONSISTENCY,
};

/** What is wrong about the answers to a case; undefined if they are as the table says. */
function complain({ verdict, differs }: OracleCase, answers: BothAnswers): string | undefined {
  if (isTaken(answers.theirs) !== (verdict === 'accepted'))
    return `expected Pushgateway to have ${verdict} it`;
  const isAlike = isTaken(answers.ours) === isTaken(answers.theirs);
  const found = isAlike ? undefined : (explain(answers) ?? 'an unknown difference');
  return found === differs ? undefined : `expected ${differs ?? 'no difference'}, seen ${found ?? 'none'}`;
}

describe('a push is taken or refused as by a Pushgateway', () => {
  for (const [name, cases] of Object.entries(CORPUS)) {
    it(name, async () => {
      const both = await OraclePair.start();
      const complaints: string[] = [];
      for (const [i, each] of cases.entries()) {
        const { prefix = PREFIX, path = `job/case${i}` } = each;
        const answers = await both.ask({ ...each, target: prefix + path });
        const complaint = complain(each, answers);
        if (complaint !== undefined)
          complaints.push(`${each.what}: ${complaint}; ${describeAnswers(answers)}`);
      }
      expect(complaints).toEqual([]);
    });
  }
});

it('every deliberate difference has a case', async () => {
  const shown = new Set(
    Object.values(CORPUS).flatMap((cases) => cases.map(({ differs }: OracleCase) => differs)),
  );
  expect(Object.keys(DELIBERATE_DIFFERENCES).filter((name) => !shown.has(name as never))).toEqual([]);
});
