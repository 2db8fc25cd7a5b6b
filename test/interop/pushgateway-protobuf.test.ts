// Delimited protobuf to Sluice and to a real Pushgateway: both take it or both refuse it, and what the one sends on is
// what the other would expose.
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { loadProtoType } from '../../src/devbackend/protobuf-messages.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { rollFamilies, TYPE_NUMBERS } from './corpus/metric-families.ts';
import { type BothAnswers, isTaken } from './deliberate-differences.ts';
import { exposedSamples, sentSamples } from './exposed-series.ts';
import { describeAnswers, OraclePair } from './support/oracle-pair.ts';
import { itWith } from './support/programs.ts';

const it = itWith('prometheus-pushgateway');
const FAMILY = loadProtoType(['io/prometheus/client/metrics.proto'], 'io.prometheus.client.MetricFamily');
const CONTENT_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
/** A Pushgateway shows the classic side of a native histogram, so Sluice is asked for that as well. */
const BACKEND = { sendNativeHistograms: false };
const RUNS = { seed: 2043, numRuns: 2500 };

type Families = readonly object[];

interface ProtobufPush {
  readonly job: string;
  readonly families: ReturnType<typeof rollFamilies>;
  readonly answers: BothAnswers;
}

function encode(families: Families): Buffer {
  return Buffer.concat(families.map((family) => FAMILY.encodeDelimited(FAMILY.fromObject(family)).finish()));
}

function ask(both: OraclePair, job: string, body: Uint8Array): Promise<BothAnswers> {
  return both.ask({ target: `/pushgateway/metrics/job/${job}`, body, contentType: CONTENT_TYPE });
}

/**
 * Where Sluice decides otherwise than Pushgateway 1.5.1, on purpose: timestamps are honoured, a family without metrics
 * collides with nothing, what is one series once empty labels are gone is refused, and so is a label `le` of a
 * histogram's own.
 */
function isDeliberate({ families, answers: { ours, theirs } }: ProtobufPush): boolean {
  const hasEmptyFamily = families.some(({ metric }) => metric.length === 0);
  if (isTaken(ours)) {
    return (
      theirs.text.includes('must not have timestamps') ||
      (hasEmptyFamily && theirs.text.includes(' collides with previously collected '))
    );
  }
  return /expected each series once|expected no label "le"|expected each label name once/.test(ours.text);
}

function differences(both: OraclePair, { job, answers }: ProtobufPush): readonly string[] {
  const ofJob = both.receiver.delivered.filter(({ labels }) => new Map(labels).get('job') === job);
  const ours = sentSamples(ofJob);
  const theirs = exposedSamples(answers.theirs.exposed, job);
  return (
    [...new Set([...ours.keys(), ...theirs.keys()])]
      // A Pushgateway writes minus zero without its sign.
      .filter((key) => ours.get(key) !== theirs.get(key) && !Object.is(ours.get(key), theirs.get(key)))
      .map((key) => `${key}: Sluice ${ours.get(key)}, Pushgateway ${theirs.get(key)}`)
  );
}

it('random families are taken or refused alike, and forwarded as a Pushgateway would expose them', async () => {
  const both = await OraclePair.start(BACKEND);
  const pushes: ProtobufPush[] = [];
  for (const [i, seed] of fc.sample(fc.integer(), RUNS).entries()) {
    const families = rollFamilies(new SeededRandom(seed));
    const job = `families${i}`;
    pushes.push({ job, families, answers: await ask(both, job, encode(families)) });
  }
  const isAlike = ({ answers: { ours, theirs } }: ProtobufPush) => isTaken(ours) === isTaken(theirs);
  const unexplained = pushes.filter((push) => !isAlike(push) && !isDeliberate(push));
  expect(
    unexplained.map(({ families, answers }) => `${JSON.stringify(families)}: ${describeAnswers(answers)}`),
  ).toEqual([]);

  const taken = pushes.filter((push) => isAlike(push) && isTaken(push.answers.ours));
  expect(taken.length).toBeGreaterThan(RUNS.numRuns / 2);
  expect(pushes.filter((push) => isAlike(push) && !isTaken(push.answers.ours)).length).toBeGreaterThan(50);
  expect(await both.stopSluice()).toBe(0);
  expect(
    taken.flatMap((push) =>
      differences(both, push).map((each) => `${JSON.stringify(push.families)}: ${each}`),
    ),
  ).toEqual([]);
});

describe('bodies that are no sound families', () => {
  const good = encode([{ name: 'm', type: TYPE_NUMBERS.gauge, metric: [{ gauge: { value: 1 } }] }]);
  const both = (name: string, body: Uint8Array, verdict: 'accepted' | 'refused') =>
    it(`${name}: ${verdict} by both`, async () => {
      const answers = await ask(await OraclePair.start(BACKEND), 'sound', body);
      const seen = [answers.theirs, answers.ours].map((answer) => (isTaken(answer) ? 'accepted' : 'refused'));
      expect(seen, describeAnswers(answers)).toEqual([verdict, verdict]);
    });

  both('an empty body', Buffer.alloc(0), 'accepted');
  both('a family without metrics', encode([{ name: 'm', type: TYPE_NUMBERS.gauge }]), 'accepted');
  both('a cut message', good.subarray(0, -1), 'refused');
  both('a length beyond the body', Buffer.from('ff0f0a016d', 'hex'), 'refused');
  both('a length beyond all bodies', Buffer.from('ffffffffffffffffff01', 'hex'), 'refused');
  both('a length of eleven bytes', Buffer.from('ffffffffffffffffffff01', 'hex'), 'refused');
  both('text', Buffer.from('m 1\n'), 'refused');
  both('a gauge without a value field', encode([{ name: 'm', type: 1, metric: [{}] }]), 'refused');
  both(
    'a counter in a gauge',
    encode([{ name: 'm', type: 1, metric: [{ counter: { value: 1 } }] }]),
    'refused',
  );
  both('a wrong wire type', Buffer.from('0408016d00', 'hex'), 'refused');
});
