// Random families, encoded by protobufjs, held against a plain model of the series that must come of them.
import { describe, expect, test } from 'vitest';
import { holdsForDice } from '../../support/dice.ts';
import { bodyOf, delimit, encodeFamily, METRIC_FAMILY } from './protobuf-body.ts';
import { expectedSeries } from './protobuf-model.ts';
import { randomFamilies } from './protobuf-random.ts';
import { ProtobufBench } from './protobuf-read.ts';
import { rearrange } from './protobuf-rearrange.ts';

describe('the protobuf parser', () => {
  const bench = new ProtobufBench();

  test('gives the series of any families', () => {
    holdsForDice(1500, (dice) => {
      const families = randomFamilies(dice);
      expect(bench.read(bodyOf(...families))).toEqual(expectedSeries(families));
    });
  });

  test('gives the same series where fields stand in another order, in pieces, packed, among unknown ones', () => {
    holdsForDice(1500, (dice) => {
      const families = randomFamilies(dice);
      const messages = families.map((family) => rearrange(METRIC_FAMILY, encodeFamily(family), dice));
      const rearranged = bench.read(delimit(...messages));
      expect(rearranged).toEqual(expectedSeries(families));
    });
  });
});
