// Random rules and label sets through Prometheus's own relabeling and through Sluice's: the same rules are refused, and the
// same labels come out.

import fc from 'fast-check';
import { compress } from 'snappyjs';
import { expect } from 'vitest';
import { configFromObject } from '../../src/config/check-config.ts';
import type { RelabelConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { nameRules } from '../../src/relabel/relabel-rule.ts';
import { SeriesRelabeler } from '../../src/relabel/series-relabeler.ts';
import { decodeWriteRequest } from '../support/decode-write-request.ts';
import { encodeSamples } from '../support/encode.ts';
import {
  askPrometheus,
  type OracleAnswer,
  type OracleOutcome,
  preparePrometheus,
  type RelabelCase,
} from './relabel-oracle/oracle.ts';
import { randomCase } from './relabel-oracle/random-rules.ts';
import { itAfter } from './support/it-after.ts';

const it = itAfter(preparePrometheus);

const RUNS = { seed: 2044, numRuns: 3000 };

type Labels = OracleOutcome['labels'];

/** What the configuration makes of the rules; undefined if it refuses them. */
function checkedRules({ rules, utf8Names }: RelabelCase): readonly RelabelConfig[] | undefined {
  const written = rules.map(({ targetLabel, ...rule }) =>
    targetLabel === '' ? rule : { ...rule, targetLabel },
  );
  const push = { pushgateway: { utf8Names } };
  try {
    const config = configFromObject({
      push,
      remoteWrite: [{ url: 'https://h/w', writeRelabelConfigs: written }],
    });
    return config.remoteWrite[0]!.writeRelabelConfigs;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** What Sluice makes of each set: all sets as one push, identified by their values and times. */
function relabel(rules: readonly RelabelConfig[], { sets, utf8Names }: RelabelCase): Labels[] {
  const limits = { maxSeriesBytes: 1 << 24, maxBytes: 1 << 26 };
  const relabeler = new SeriesRelabeler(rules, { utf8Names, ...limits, onTrouble: 'drop' });
  const samples = sets.map(({ __name__ = '', ...labels }, at) => ({
    name: __name__,
    labels,
    value: at,
    timestampMs: 1 + at,
  }));
  const { bytes } = relabeler.relabel(encodeSamples(samples));
  const made: Labels[] = sets.map(() => null);
  for (const { labels, samples } of decodeWriteRequest(compress(Buffer.from(bytes))).series)
    made[samples[0]!.value] = labels;
  return made;
}

/** A series without a valid name is not sent. */
function sent({ labels }: OracleOutcome, utf8Names: boolean): Labels {
  const name = labels?.find(([label]) => label === '__name__')?.[1] ?? '';
  return nameRules(utf8Names).isMetricName(name) ? labels : null;
}

/** Each difference as a line. */
function compare(one: RelabelCase, answer: OracleAnswer): string[] {
  const rules = checkedRules(one);
  const isRefused = answer.refused !== undefined;
  if (isRefused !== (rules === undefined))
    return [`${JSON.stringify(one.rules)}: ${isRefused ? answer.refused : 'only Sluice refuses it'}`];
  if (rules === undefined || isRefused) return [];
  const ours = relabel(rules, one);
  return answer.sets.flatMap((outcome, at) => {
    if (outcome.hasOddName) return [];
    const wanted = JSON.stringify(sent(outcome, one.utf8Names));
    const found = JSON.stringify(ours[at]);
    return wanted === found ? [] : [`${JSON.stringify(one)} set ${at}: expected ${wanted}, found ${found}`];
  });
}

it('random rules are taken or refused alike, and make the same labels as in Prometheus', async () => {
  const cases = fc.sample(randomCase, RUNS);
  const answers = await askPrometheus(cases);
  expect(cases.flatMap((one, at) => compare(one, answers[at]!))).toEqual([]);
  const outcomes = answers.flatMap((answer) => (answer.refused === undefined ? answer.sets : []));
  const counts = {
    refused: answers.filter(({ refused }) => refused !== undefined).length,
    kept: outcomes.filter(({ labels, hasOddName }) => labels !== null && !hasOddName).length,
    dropped: outcomes.filter(({ labels }) => labels === null).length,
  };
  // None of them is rare, or the comparison would say little.
  expect(
    Object.values(counts).every((count) => count > RUNS.numRuns / 5),
    JSON.stringify(counts),
  ).toBe(true);
});

it('letters of every script change their case as in Prometheus', async () => {
  const sets = Array.from({ length: 0x110000 >> 8 }, (_, block) => ({
    __name__: 'm',
    block: String(block),
    v: lettersOf(block),
  })).filter(({ v }) => v !== '');
  const cases = (['lowercase', 'uppercase'] as const).map((action): RelabelCase => {
    const rule = {
      action,
      sourceLabels: ['v'],
      separator: ';',
      regex: '(.*)',
      modulus: 0,
      targetLabel: 'v',
      replacement: '$1',
    };
    return { utf8Names: true, rules: [rule], sets };
  });
  const answers = await askPrometheus(cases);
  expect(sets.length).toBeGreaterThan(20);
  expect(cases.flatMap((one, at) => compare(one, answers[at]!))).toEqual([]);
});

/** Letters that Unicode 16 and 17 added, or gave a partner: Go may know an older Unicode than Node. */
const NEW_LETTERS = /[\u{1c89}\u{1c8a}\u{a7cb}-\u{a7dc}\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u;

/** The letters that have a case among 256 characters. */
function lettersOf(block: number): string {
  const points = Array.from({ length: 256 }, (_, at) => (block << 8) + at);
  return points
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point))
    .filter((letter) => letter.toLowerCase() !== letter || letter.toUpperCase() !== letter)
    .filter((letter) => !NEW_LETTERS.test(letter + letter.toLowerCase() + letter.toUpperCase()))
    .join('');
}
