import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PathError, parseGroupingPath } from '../../../src/intake/paths/grouping-path.ts';

function read(path: string, utf8Names = false): Record<string, string> {
  return Object.fromEntries(parseGroupingPath(path.split('/'), utf8Names));
}

function refuses(path: string, message: string): void {
  expect(() => read(path), path).toThrow(new PathError(message));
}

function reads(path: string, labels: Record<string, string>): void {
  expect(read(path), path).toEqual(labels);
}

const HINT = 'an empty value is written as <name>@base64/=';
const EMPTY_PIECE = `Cannot read path: expected a label name and value, found an empty piece; ${HINT}`;
const NO_JOB = 'Cannot read path: expected a job name, found none';

test('a path without a job is refused', () => {
  refuses('job/', NO_JOB);
  refuses('job//', NO_JOB);
  refuses('job@base64/', NO_JOB);
  refuses('job@base64/=', NO_JOB);
  refuses('job//instance/a', NO_JOB);
});

test('an odd number of pieces is refused', () => {
  const end = 'found the end of the path';
  refuses('job/j/a', `Cannot read path: expected a value for label "a", ${end}`);
  refuses('job/j/a/b/c', `Cannot read path: expected a value for label "c", ${end}`);
  refuses('job/j/a@base64', `Cannot read path: expected a value for label "a@base64", ${end}`);
  refuses('job/j/a/b/', 'Cannot read path: expected no slash after the last value, found one');
});

test('an empty piece inside the grouping key is refused with the way to write an empty value', () => {
  refuses('job/j//', EMPTY_PIECE);
  refuses('job/j//a/b', EMPTY_PIECE);
  refuses('job/j//x', EMPTY_PIECE);
  refuses('job/j/a//b/c', EMPTY_PIECE);
  refuses('job/j/a@base64//b/c', EMPTY_PIECE);
  refuses('job/j//a', EMPTY_PIECE);
});

test('a label name outside [a-zA-Z_][a-zA-Z0-9_]* is refused', () => {
  const wanted = 'Cannot read path: expected a label name, found';
  refuses('job/j/a-b/c', `${wanted} "a-b"`);
  refuses('job/j/a:b/c', `${wanted} "a:b"`);
  refuses('job/j/1a/c', `${wanted} "1a"`);
  refuses('job/j/%C3%BC/c', `${wanted} "ü"`);
  refuses('job/j/a%0A/c', `${wanted} "a\\n"`);
  refuses('job/j/@base64/YQ', `${wanted} ""`);
  refuses('job/j/a@base64@base64/YQ', `${wanted} "a@base64"`);
  refuses('job/j/a@BASE64/YQ', `${wanted} "a@BASE64"`);
});

test('a reserved label name is refused', () => {
  const wanted = 'Cannot read path: expected a label name that does not begin with "__", found';
  refuses('job/j/__name__/x', `${wanted} "__name__"`);
  refuses('job/j/__/x', `${wanted} "__"`);
  refuses('job/j/%5F%5Fa/x', `${wanted} "__a"`);
  expect(() => read('job/j/__ü/x', true)).toThrow(new PathError(`${wanted} "__ü"`));
});

test('an escape that is none, or is not UTF-8, is refused', () => {
  const wanted = 'Cannot read path: expected percent-encoded UTF-8, found';
  refuses('job/a%c', `${wanted} "a%c"`);
  refuses('job/%', `${wanted} "%"`);
  refuses('job/%zz', `${wanted} "%zz"`);
  refuses('job/%ff', `${wanted} "%ff"`);
  refuses('job/%C3', `${wanted} "%C3"`);
  refuses('job/%C0%80', `${wanted} "%C0%80"`);
  refuses('job/%ED%A0%80', `${wanted} "%ED%A0%80"`);
  refuses('job/j/a/%F4%90%80%80', `${wanted} "%F4%90%80%80"`);
  refuses(`job/${'%41'.repeat(30)}%`, `${wanted} "${'%41'.repeat(20)}…"`);
});

test('base64 that is none, or not in the URL-safe alphabet, is refused', () => {
  const wanted = 'Cannot read path: expected URL-safe base64 (RFC 4648, section 5) for';
  refuses('job@base64/+++', `${wanted} "job@base64", found "+++"`);
  refuses('job@base64/a%2Fb_', `${wanted} "job@base64", found "a/b_"`);
  refuses('job@base64/!!!', `${wanted} "job@base64", found "!!!"`);
  refuses('job/j/a@base64/Y', `${wanted} "a@base64", found "Y"`);
  refuses('job/j/a@base64/YWFhY', `${wanted} "a@base64", found "YWFhY"`);
  refuses('job/j/a@base64/YQ=Y', `${wanted} "a@base64", found "YQ=Y"`);
  refuses('job/j/a@base64/Y%E2%80%A8', `${wanted} "a@base64", found "Y\\u2028"`);
});

test('base64 of something that is not UTF-8 is refused', () => {
  refuses('job@base64/_w', 'Cannot read path: expected base64 of UTF-8 for "job@base64", found "_w"');
  refuses('job/j/a@base64/7aCA', 'Cannot read path: expected base64 of UTF-8 for "a@base64", found "7aCA"');
});

test('a path is a job and pairs of label name and value', () => {
  reads('job/j', { job: 'j' });
  reads('job/j/', { job: 'j' });
  reads('job/j/a/b', { job: 'j', a: 'b' });
  reads('job/j/a/b/c/d', { job: 'j', a: 'b', c: 'd' });
  reads('job/j/_a/b', { job: 'j', _a: 'b' });
  reads('job/j/le/1/quantile/2', { job: 'j', le: '1', quantile: '2' });
  reads('job/j/constructor/a', { job: 'j', constructor: 'a' });
});

test('a slash after a label name is the empty value', () => {
  reads('job/j/a/', { job: 'j', a: '' });
  reads('job/j/a/b/c/', { job: 'j', a: 'b', c: '' });
  reads('job/j/a@base64/', { job: 'j', a: '' });
});

test('a path is split before it is decoded, and what is decoded is data', () => {
  reads('job/a%2Fb', { job: 'a/b' });
  reads('job/j/path/%2Fvar%2Ftmp', { job: 'j', path: '/var/tmp' });
  reads('%6aob/%6A', { job: 'j' });
  reads('job/j/a%62/c', { job: 'j', ab: 'c' });
  reads('job/a+b', { job: 'a+b' });
  reads('job/a%2Bb%20c', { job: 'a+b c' });
  reads('job/%25', { job: '%' });
  reads('job/%3F%23;=&:@!', { job: '?#;=&:@!' });
  reads('job/%00%0A%F0%9F%98%80', { job: '\0\n😀' });
  reads('job/../a/..', { job: '..', a: '..' });
  reads('job/%2E%2E', { job: '..' });
});

test('base64 is looked for after decoding, padding is optional and line breaks are skipped', () => {
  reads('job@base64/YQ', { job: 'a' });
  reads('job@base64/YQ==', { job: 'a' });
  reads('job@base64/YQ%3D%3D', { job: 'a' });
  reads('job@base64/YQ======', { job: 'a' });
  reads('job%40base64/YQ', { job: 'a' });
  reads('%6aob@base64/YQ', { job: 'a' });
  reads('job@base64/Y%0D%0AQ', { job: 'a' });
  reads('job@base64/Zh', { job: 'f' });
  reads('job/j/path@base64/L3Zhci90bXA', { job: 'j', path: '/var/tmp' });
  reads('job/j/path@base64/L3Zhci90bXA=', { job: 'j', path: '/var/tmp' });
  reads('job/j/a@base64/Pj4-Pz8_', { job: 'j', a: '>>>???' });
  reads('job/j/a@base64/8J-YgA', { job: 'j', a: '😀' });
});

test('base64 of "=" alone is the empty value', () => {
  reads('job/j/a@base64/=', { job: 'j', a: '' });
  reads('job/j/a@base64/==/b/c', { job: 'j', a: '', b: 'c' });
});

test('of a repeated name the last value wins, of job the first', () => {
  reads('job/j/a/1/a/2', { job: 'j', a: '2' });
  reads('job/j/a/1/a@base64/Mg', { job: 'j', a: '2' });
  reads('job/j/job/k', { job: 'j' });
  reads('job/j/job@base64/aw/a/b', { job: 'j', a: 'b' });
});

test('an escaped name is a plain one without utf8Names', () => {
  reads('job/j/U__l_2e_1/a', { job: 'j', U__l_2e_1: 'a' });
  reads('job/j/U__/a', { job: 'j', U__: 'a' });
  reads('job/j/U______x/a', { job: 'j', U______x: 'a' });
});

test('with utf8Names an escaped name that is empty or reserved is refused', () => {
  const refusesName = (path: string, message: string) =>
    expect(() => read(path, true), path).toThrow(new PathError(`Cannot read path: expected ${message}`));
  refusesName('job/j/U__/a', 'a label name, found "U__"');
  refusesName('job/j/U__@base64/YQ', 'a label name, found "U__"');
  refusesName('job/j/@base64/YQ', 'a label name, found ""');
  const reserved = 'a label name that does not begin with "__", found';
  refusesName('job/j/U______x/a', `${reserved} "__x"`);
  refusesName('job/j/U___5f__5f_name_5F__5f_/a', `${reserved} "__name__"`);
  refusesName('job/j/U________@base64/YQ', `${reserved} "___"`);
});

test('with utf8Names names are taken raw and escaped, with base64 too, and the job as it is', () => {
  const readsNames = (path: string, labels: Record<string, string>) =>
    expect(read(path, true), path).toEqual(labels);
  readsNames('job/j/U__l_2e_1/a', { job: 'j', 'l.1': 'a' });
  readsNames('job/j/l.1/a/%C3%BC/b', { job: 'j', 'l.1': 'a', ü: 'b' });
  readsNames('job/j/U__%C3%BC/b', { job: 'j', ü: 'b' });
  readsNames('job/j/U__l_2e_1@base64/YQ', { job: 'j', 'l.1': 'a' });
  readsNames('job/j/U__l_2f_1/', { job: 'j', 'l/1': '' });
  readsNames('job/U__l_2e_1/a/U__l_2e_1', { job: 'U__l_2e_1', a: 'U__l_2e_1' });
  readsNames('job@base64/VV9fYQ', { job: 'U__a' });
  // What cannot be unescaped is taken as the name unchanged.
  readsNames('job/j/U__a_b/c', { job: 'j', U__a_b: 'c' });
});

test('with utf8Names of two spellings of one name the last wins, of job the first', () => {
  const readsLast = (path: string, labels: Record<string, string>) =>
    expect(read(path, true), path).toEqual(labels);
  readsLast('job/j/l.1/a/U__l_2e_1/b', { job: 'j', 'l.1': 'b' });
  readsLast('job/j/U__l_2e_1/a/l.1/b', { job: 'j', 'l.1': 'b' });
  readsLast('job/j/U__l_2e_1/a/U__l_2E_1@base64/Yg', { job: 'j', 'l.1': 'b' });
  readsLast('job/j/U__j_6f_b/k', { job: 'j' });
});

test('with utf8Names any name is taken that is not reserved', () => {
  expect(read('job/j/a-b/c/%C3%BC/d', true)).toEqual({ job: 'j', 'a-b': 'c', ü: 'd' });
});

const label = fc.record({
  name: fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/).filter((name) => !/^(__|job$)/.test(name)),
  value: fc.string({ unit: 'grapheme', maxLength: 20 }),
  style: fc.constantFrom('percent', 'everyByte', 'base64', 'padded'),
});

/** One label in one of the ways that clients write it. */
function written({ name, value, style }: { name: string; value: string; style: string }): string {
  const bytes = Buffer.from(value);
  if (style === 'base64' || value === '') return `${name}@base64/${bytes.toString('base64url') || '='}`;
  if (style === 'padded') {
    const text = bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    return `${name}%40base64/${text}`;
  }
  if (style === 'everyByte') return `${name}/${bytes.toString('hex').replace(/../g, '%$&')}`;
  return `${name}/${encodeURIComponent(value)}`;
}

test('any labels written into a path are read back equal', () => {
  const job = label.filter(({ value }) => value !== '').map((drawn) => ({ ...drawn, name: 'job' }));
  const others = fc.uniqueArray(label, { maxLength: 6, selector: ({ name }) => name });
  fc.assert(
    fc.property(job, others, (first, rest) => {
      const labels = [first, ...rest];
      const expected = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
      reads(labels.map(written).join('/'), expected);
    }),
  );
});

test('base64 is read in linear time, however long it is', () => {
  expect(() => read(`job@base64/${'='.repeat(1_000_000)}x`)).toThrow(PathError);
});

test('any path is read, or refused in one line', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary-ascii' }),
    fc.stringMatching(/^(%[0-9a-fA-F]{2}|[a-z@=/_-]|base64){0,12}$/),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.boolean(), (pieces, utf8Names) => {
      try {
        expect(read(['job', ...pieces].join('/'), utf8Names).job).not.toBe('');
      } catch (error) {
        expect(error).toBeInstanceOf(PathError);
        expect((error as Error).message).toMatch(/^Cannot read path: [^\p{Cc}\u2028\u2029]+$/u);
      }
    }),
  );
});
