// Random families, encoded by protobufjs, held against a plain model of the series that must come of them.
import { describe, expect, test } from 'vitest';
import { holdsForSeeds } from '../../support/seeded-random.ts';
import { bodyOf, delimit, encodeFamily, METRIC_FAMILY } from './family-messages.ts';
import { expectedSeries } from './model.ts';
import { randomFamilies } from './random.ts';
import { ProtobufBench } from './read-messages.ts';
import { rearrange } from './rearrange.ts';

describe('the protobuf parser', () => {
  const bench = new ProtobufBench();

  test('gives the series of any families', () => {
    holdsForSeeds(1500, (random) => {
      const families = randomFamilies(random);
      expect(bench.read(bodyOf(...families))).toEqual(expectedSeries(families));
    });
  });

  test('gives the same series if fields are in another order, in pieces, packed, or among unknown ones', () => {
    holdsForSeeds(1500, (random) => {
      const families = randomFamilies(random);
      const messages = families.map((family) => rearrange(METRIC_FAMILY, encodeFamily(family), random));
      const rearranged = bench.read(delimit(...messages));
      expect(rearranged).toEqual(expectedSeries(families));
    });
  });
});
