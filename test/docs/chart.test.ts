// The chart and its page keep up with each other and with the program: every value is in the table, in the schema, and as it is
// in the code.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withConfiguration } from '../../scripts/chart-values-schema.ts';
import { codeOf, readDocument, tableRows } from './markdown.ts';

type Mapping = { readonly [key: string]: unknown };

const VALUES = parse(readDocument('charts/sluice/values.yaml')) as Mapping;
const SCHEMA = JSON.parse(readDocument('charts/sluice/values.schema.json')) as Mapping;
const CHART = parse(readDocument('charts/sluice/Chart.yaml')) as Mapping & {
  readonly annotations: Readonly<Record<string, string>>;
};
const PROGRAM = JSON.parse(readDocument('package.json')) as { readonly version: string };
/** Parts of a pod that are in one row, whatever their keys are by default. */
const WHOLE =
  /^(?:resources|podSecurityContext|securityContext|(?:liveness|readiness|startup)Probe|autoscaling\.behavior|dashboard\.labels|tests\.resources)$/;

describe('the page of the chart', () => {
  const [, table = ''] = readDocument('charts/sluice/README.md').split('\n## Values\n');
  const rows = tableRows(table).map(([value, fallback]) => ({
    value: codeOf(value) ?? '',
    fallback: codeOf(fallback),
  }));

  it('has every value once', () => {
    expect(rows.map(({ value }) => value).sort()).toEqual(leaves(VALUES).sort());
  });

  it('has the default of every value, or leads to it', () => {
    for (const { value, fallback } of rows) {
      const written = at(VALUES, value);
      const isLong = typeof written === 'object' && written !== null && JSON.stringify(written).length > 40;
      if (fallback === undefined) expect([value, isLong]).toEqual([value, true]);
      else expect([value, parse(fallback)]).toEqual([value, written]);
    }
  });
});

describe('values.schema.json', () => {
  it('has the current configuration (npm run schema writes it)', () => {
    expect(`${JSON.stringify(withConfiguration(SCHEMA), null, 2)}\n`).toBe(
      readDocument('charts/sluice/values.schema.json'),
    );
  });

  it('has every value, and refuses others', () => {
    expect(SCHEMA.additionalProperties).toBe(false);
    expect(Object.keys(SCHEMA.properties as Mapping).sort()).toEqual(Object.keys(VALUES).sort());
    for (const path of leaves(VALUES)) expect([path, schemaAt(path)]).toEqual([path, expect.anything()]);
  });

  it('has no expression that Go does not read', () => {
    const patterns = JSON.stringify(SCHEMA).match(/"pattern":"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(patterns.length).toBeGreaterThan(20);
    for (const pattern of patterns) expect(pattern).not.toMatch(/\(\?[=!<]/);
  });
});

describe('Chart.yaml', () => {
  it('is about this version of the program', () => {
    expect(String(CHART.appVersion)).toBe(PROGRAM.version);
    expect(CHART.annotations['artifacthub.io/images']).toContain(`/sluice:${PROGRAM.version}\n`);
  });
});

/** Paths of the values that hold no further named values. */
function leaves(values: Mapping, above = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${above}${key}`;
    return isMapping(value) && !WHOLE.test(path) ? leaves(value, `${path}.`) : [path];
  });
}

function isMapping(value: unknown): value is Mapping {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

function at(values: Mapping, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Mapping | undefined)?.[key], values);
}

function schemaAt(path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (schema, key) => ((schema as Mapping | undefined)?.properties as Mapping)?.[key],
      SCHEMA,
    );
}
