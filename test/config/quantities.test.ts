import { expect, it } from 'vitest';
import { parseDuration, parseSize } from '../../src/config/units.ts';

it('parseDuration refuses a number without a unit, units out of order, fractions and signs', () => {
  for (const text of [
    '',
    '30',
    '00',
    's',
    '1s1m',
    '1m1m',
    '1.5s',
    '-1s',
    '1 s',
    '1S',
    '1us',
    '1w',
    ' 1s',
    '1s\n',
  ]) {
    expect([text, parseDuration(text)]).toEqual([text, undefined]);
  }
});

it('parseDuration reads milliseconds', () => {
  for (const [text, milliseconds] of [
    ['0', 0],
    ['0s', 0],
    ['30s', 30_000],
    ['250ms', 250],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1m5ms', 60_005],
    ['2d3h4m5s6ms', 183_845_006],
  ] as const) {
    expect([text, parseDuration(text)]).toEqual([text, milliseconds]);
  }
});

it('parseSize refuses unknown units, fractions and signs', () => {
  for (const text of ['', 'MiB', '16Mi', '16mib', '1.5GiB', '-1', '1 KiB', '1e6', '16MiB ']) {
    expect([text, parseSize(text)]).toEqual([text, undefined]);
  }
});

it('parseSize reads bytes', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['17', 17],
    ['17B', 17],
    ['2kB', 2000],
    ['2KB', 2000],
    ['64KiB', 65_536],
    ['16MiB', 16_777_216],
    ['1GB', 1e9],
    ['1GiB', 2 ** 30],
    ['2TB', 2e12],
    ['1TiB', 2 ** 40],
  ] as const) {
    expect([text, parseSize(text)]).toEqual([text, bytes]);
  }
});
