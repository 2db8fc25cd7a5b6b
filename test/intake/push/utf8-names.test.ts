// Label names in the path, from the request line to the backend, with and without `utf8Names`.
import { expect, test } from 'vitest';
import { startIntake } from '../../support/intake-road.ts';

/** The labels that a push to this path arrives with, or the answer that refuses it. */
async function arrives(utf8Names: boolean, labels: string): Promise<unknown> {
  const road = await startIntake({ push: { utf8Names } });
  const target = `/pushgateway/metrics/job/j${labels}`;
  const { status, text } = await road.collector.push('m 1\n', { target });
  if (status !== 202) return `${status} ${text}`;
  await road.delivered(1);
  return Object.fromEntries(road.receiver.delivered[0]!.labels);
}

test('without utf8Names a raw UTF-8 name is refused, and an escaped one stays as it is', async () => {
  const refused = '400 Cannot read path: expected a label name, found "l.1"\n';
  expect(await arrives(false, '/l.1/a')).toBe(refused);
  expect(await arrives(false, '/U__l_2e_1/a')).toEqual({ __name__: 'm', job: 'j', U__l_2e_1: 'a' });
});

test('with utf8Names raw and escaped names arrive as what they mean', async () => {
  const labels = '/l.1/a/%C3%BC/b/U__x_2f_y/c/U__z_20__1F600_@base64/ZA';
  const meant = { 'l.1': 'a', ü: 'b', 'x/y': 'c', 'z 😀': 'd' };
  expect(await arrives(true, labels)).toEqual({ __name__: 'm', job: 'j', ...meant });
});

test('with utf8Names two spellings of one name arrive as one label with the last value', async () => {
  expect(await arrives(true, '/l.1/a/U__l_2e_1/b')).toEqual({ __name__: 'm', job: 'j', 'l.1': 'b' });
});

test('with utf8Names an empty or a reserved name is refused', async () => {
  expect(await arrives(true, '/U__/a')).toBe('400 Cannot read path: expected a label name, found "U__"\n');
  const reserved = 'expected a label name that does not begin with "__", found "__name__"';
  expect(await arrives(true, '/U______name____/a')).toBe(`400 Cannot read path: ${reserved}\n`);
});
