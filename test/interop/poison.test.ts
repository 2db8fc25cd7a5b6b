// One job pushes poison: what no backend takes, and what would have it refuse the block of everybody else. None of it
// leaves Sluice, and a real Prometheus gets all good pushes around it.
import { expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { itWith } from './support/programs.ts';
import { Prometheus } from './support/prometheus.ts';
import { startSluiceWith } from './support/sluice.ts';

const it = itWith('prometheus');

const BAD_UTF8 = [0xff, 0xfe];
/** A surrogate, and an overlong slash: bytes that only a careless decoder takes for characters. */
const SURROGATE = [0xed, 0xa0, 0x80];
const OVERLONG = [0xc0, 0xaf];

const REFUSED: readonly (readonly [what: string, body: string | Uint8Array, target?: string])[] = [
  ['a metric name with a dash', 'bad-name 1\n'],
  ['a metric name that begins with a digit', '0bad 1\n'],
  ['a metric name beyond ASCII', 'größe 1\n'],
  ['a metric name that is not UTF-8', bytes('bad', BAD_UTF8, ' 1\n')],
  ['a label name with a dash', 'bad{bad-label="1"} 1\n'],
  ['the metric name as a label', 'bad{__name__="other"} 1\n'],
  ['a label name that is reserved', 'bad{__tenant_id__="1"} 1\n'],
  ['a label name twice', 'bad{a="1",a="2"} 1\n'],
  ['a label value that is not UTF-8', bytes('bad{a="', BAD_UTF8, '"} 1\n')],
  ['a surrogate in a label value', bytes('bad{a="', SURROGATE, '"} 1\n')],
  ['an overlong form in a label value', bytes('bad{a="', OVERLONG, '"} 1\n')],
  ['a series twice', 'bad{a="1"} 1\nbad{a="1"} 2\n'],
  ['a series twice, but for a label of the path', 'bad{job="1"} 1\nbad{job="2"} 2\n'],
  ['a series twice, but for an empty label', 'bad 1\nbad{a=""} 2\n'],
  ['a bucket twice', '# TYPE bad histogram\nbad_bucket{le="1"} 1\nbad_bucket{le="1.0"} 2\n'],
  ['a bad line after good ones', 'bad 1\nbad_too 2\nbad_as_well x\n'],
  ['a job that is not UTF-8', 'bad 1\n', '/pushgateway/metrics/job/%ff'],
  ['a job that is not UTF-8 in base64', 'bad 1\n', '/pushgateway/metrics/job@base64/_w'],
  ['a grouping label that is reserved', 'bad 1\n', '/pushgateway/metrics/job/j/__name__/other'],
  ['a grouping label with a dash', 'bad 1\n', '/pushgateway/metrics/job/j/a-b/c'],
];

/** Taken, and made right. */
const CURED = 'cured{job="mine",instance="mine"} 1\n';

function bytes(...pieces: readonly (string | readonly number[])[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

it('no poison leaves, and Prometheus gets all good pushes around it', async () => {
  const prometheus = await Prometheus.start();
  const wire = await startReceiver();
  const sluice = await startSluiceWith([
    { name: 'real', url: prometheus.writeUrl },
    { name: 'wire', url: wire.url() },
  ]);
  // One grouping key: everything goes through one lane, good with bad.
  const pushGood = async (i: number) =>
    expect((await sluice.push(`good{i="${i}"} ${i}\n`)).status, `good push ${i}`).toBe(202);
  for (const [i, [what, body, target]] of REFUSED.entries()) {
    await pushGood(2 * i);
    const answer = await sluice.push(body, target === undefined ? {} : { target });
    expect(answer.status, `${what}: ${answer.text}`).toBe(400);
    expect((await sluice.push(CURED)).status).toBe(202);
    await pushGood(2 * i + 1);
  }
  const goodCount = 2 * REFUSED.length;
  const good = await waitForValue(
    () => prometheus.stored('good'),
    ({ length }) => length === goodCount,
    `${goodCount} good series`,
  );
  expect(good.map(({ labels, samples }) => [Number(labels.i), samples.map(({ value }) => value)])).toEqual(
    expect.arrayContaining(Array.from({ length: goodCount }, (_, i) => [i, [i]])),
  );
  const others = await prometheus.stored('{__name__!="good",job!=""}');
  expect(others.map(({ labels }) => labels)).toEqual([{ __name__: 'cured', job: 'test', instance: 'i1' }]);
  expect(others[0]!.samples).toHaveLength(REFUSED.length);
  expect(await prometheus.rejections()).toEqual([]);
  expect(await sluice.stop()).toBe(0);
  // The receiver itself checks labels for order, repeats and emptiness.
  expect(new Set(wire.delivered.map(({ labels }) => new Map(labels).get('__name__')))).toEqual(
    new Set(['good', 'cured']),
  );
  expect(wire.delivered).toHaveLength(goodCount + REFUSED.length);
});
