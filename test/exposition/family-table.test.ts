// The table of families against a plain map that follows the rules of Prometheus's expfmt.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FamilyTable, FamilyType, type NameSuffix, Role } from '../../src/exposition/family-table.ts';
import { OPEN_METRICS } from '../../src/exposition/text/open-metrics.ts';
import { ByteArena } from '../../src/wire/byte-arena.ts';

type Step =
  | { readonly kind: 'sample'; readonly name: string }
  | { readonly kind: 'type'; readonly name: string; readonly type: number };

/** What a sample or TYPE line named: the family and the role in it, or that the TYPE comes too late. */
type Answer = readonly [family: string, role: number] | 'refused';

type Parts = readonly (readonly [suffix: string, role: number, types: readonly number[]])[];

const { counter, histogram, gaugeHistogram, summary, info } = FamilyType;

const TEXT_PARTS: Parts = [
  ['_sum', Role.sum, [histogram, gaugeHistogram, summary]],
  ['_count', Role.count, [histogram, gaugeHistogram, summary]],
  ['_bucket', Role.bucket, [histogram, gaugeHistogram]],
];

const OPEN_METRICS_PARTS: Parts = [
  ['_sum', Role.sum, [histogram, summary]],
  ['_gsum', Role.sum, [gaugeHistogram]],
  ['_count', Role.count, [histogram, summary]],
  ['_gcount', Role.count, [gaugeHistogram]],
  ['_bucket', Role.bucket, [histogram, gaugeHistogram]],
  ['_created', Role.created, [counter, histogram, summary]],
  ['_total', Role.own, [counter]],
  ['_info', Role.own, [info]],
];

describe('the family table', () => {
  for (const [format, parts] of [
    ['text', TEXT_PARTS],
    ['OpenMetrics', OPEN_METRICS_PARTS],
  ] as const) {
    const newTable = () => new TableUnderTest(format === 'text' ? undefined : OPEN_METRICS.suffixes);

    test(`resolves names as a plain map does, in any order of declarations and samples of ${format}`, () => {
      const table = newTable();
      fc.assert(
        fc.property(steps(40), (run) => {
          expect(table.play(run)).toEqual(new MapModel(parts).play(run));
        }),
        { numRuns: 1000 },
      );
    });

    test(`finds the same collisions in ${format}`, () => {
      const table = newTable();
      fc.assert(
        fc.property(steps(12), (run) => {
          table.play(run);
          const model = new MapModel(parts);
          model.play(run);
          const found = table.collision;
          if (found === undefined) expect(model.collisions).toEqual([]);
          else expect(model.collisions).toContain(found);
        }),
        { numRuns: 2000 },
      );
    });
  }

  test('resolves the same names again after a push of more families than it starts with', () => {
    const table = new TableUnderTest();
    for (const count of [63, 64, 65, 128, 129, 5000, 3]) {
      const run = Array.from({ length: count }, (_, i): Step[] => [
        { kind: 'type', name: `h${i}`, type: FamilyType.histogram },
        { kind: 'sample', name: `h${i}_count` },
      ]).flat();
      expect(table.play(run)).toEqual(new MapModel(TEXT_PARTS).play(run));
      expect(table.play(run)).toEqual(new MapModel(TEXT_PARTS).play(run));
    }
  });

  test('remembers the line of the first sample', () => {
    const { families } = new TableUnderTest();
    const family = families.resolve(0, 0);
    families.addSample(family, 7);
    families.addSample(family, 9);
    expect([families.hasSamples[family], families.firstLine[family]]).toEqual([1, 7]);
  });
});

/** One table, reused for all runs as the parser does. */
class TableUnderTest {
  readonly #arena = new ByteArena();
  readonly families: FamilyTable;

  constructor(suffixes?: readonly NameSuffix[]) {
    this.families = new FamilyTable(this.#arena, true, suffixes);
  }

  play(run: readonly Step[]): Answer[] {
    const body = Buffer.from(run.map(({ name }) => `${name}\n`).join(''));
    this.#arena.load([body], body.length, 0);
    this.families.reset();
    let at = 0;
    return run.map((step, i) => {
      const start = at;
      at += step.name.length + 1;
      return this.#step(step, this.families.resolve(start, at - 1), i + 1);
    });
  }

  get collision(): string | undefined {
    const family = this.families.findCollision();
    return family < 0 ? undefined : this.families.name(family);
  }

  #step(step: Step, entry: number, line: number): Answer {
    const { families } = this;
    const owner = families.owner[entry]!;
    if (step.kind === 'type') {
      if (families.type[owner] !== FamilyType.notSet) return 'refused';
      families.setType(owner, step.type);
    } else {
      if (families.type[owner] === FamilyType.notSet) families.setType(owner, FamilyType.unknown);
      families.addSample(owner, line);
    }
    return [families.name(owner), families.role[entry]!];
  }
}

class MapModel {
  readonly #parts: Parts;
  readonly #families = new Map<string, { type: number | undefined; hasSamples: boolean }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  play(run: readonly Step[]): Answer[] {
    return run.map((step) => {
      const [name, role] = this.#resolve(step.name);
      const family = this.#families.get(name)!;
      if (step.kind === 'type') {
        if (family.type !== undefined) return 'refused';
        family.type = step.type;
      } else {
        family.type ??= FamilyType.unknown;
        family.hasSamples = true;
      }
      return [name, role];
    });
  }

  /** All families with samples that are named like a part of another histogram or summary. */
  get collisions(): string[] {
    const present = [...this.#families].filter(([, { hasSamples }]) => hasSamples).map(([name]) => name);
    return present.filter((name) => {
      const part = this.#partOf(name);
      return part !== undefined && this.#families.get(part[0])!.hasSamples;
    });
  }

  #resolve(name: string): readonly [string, number] {
    if (this.#families.has(name)) return [name, Role.own];
    const part = this.#partOf(name);
    if (part) return part;
    this.#families.set(name, { type: undefined, hasSamples: false });
    return [name, Role.own];
  }

  #partOf(name: string): readonly [string, number] | undefined {
    for (const [suffix, role, types] of this.#parts) {
      const base = name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
      const type = this.#families.get(base)?.type;
      if (type !== undefined && types.includes(type)) return [base, role];
    }
    return undefined;
  }
}

function steps(maxLength: number): fc.Arbitrary<Step[]> {
  const suffix = fc.constantFrom(
    '',
    '',
    '_sum',
    '_count',
    '_bucket',
    '_total',
    '_created',
    '_info',
    '_gsum',
    '_gcount',
    '_',
    '_sum_count',
    '_count_count',
  );
  const name = fc.tuple(fc.constantFrom('a', 'b', 'ab', 'a_sum', '_'), suffix).map((parts) => parts.join(''));
  const sample = name.map((name): Step => ({ kind: 'sample', name }));
  const type = fc.tuple(name, fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7));
  const declaration = type.map(([name, type]): Step => ({ kind: 'type', name, type }));
  return fc.array(fc.oneof(sample, declaration), { maxLength });
}
