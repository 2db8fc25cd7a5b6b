// The chart, as Helm renders it in every mode: accepted by helm lint, and compared with what the repository holds.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { helmProgram, runHelm } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { CHART, helmFlags, type Manifest, renderChart, renderChartText } from './support/render-chart.ts';

const VALUES = readdirSync(join(CHART, 'ci'));
const it = itAfter(async () => {
  await helmProgram(4);
  await helmProgram(3);
});

function valuesFile(name: string): string {
  return join(CHART, 'ci', name);
}

describe('the chart', () => {
  for (const name of VALUES) {
    for (const version of [3, 4] as const) {
      it(`passes lint --strict of Helm ${version} with ${name}`, async () => {
        const flags = helmFlags({ valuesFiles: [valuesFile(name)] });
        const { code, stdout, stderr } = await runHelm(['lint', '--strict', CHART, ...flags], version);
        expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('0 chart(s) failed'), '']);
      });
    }

    it(`is the same with Helm 3 and 4 with ${name}`, async () => {
      const settings = { valuesFiles: [valuesFile(name)] };
      const [three, four] = [await renderChart({ ...settings, helm: 3 }), await renderChart(settings)];
      expect(sorted(three)).toEqual(sorted(four));
    });

    it(`renders ${name} as before`, async () => {
      const text = await renderChartText({ valuesFiles: [valuesFile(name)] });
      const snapshot = `./rendered-chart/${name.replace('-values', '')}`;
      await expect(text.trimEnd().concat('\n')).toMatchFileSnapshot(snapshot);
    });
  }

  it('renders objects with unique names in the namespace of the release', async () => {
    for (const name of VALUES) {
      const manifests = await renderChart({ valuesFiles: [valuesFile(name)] });
      const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

/** The versions order objects of one kind differently. */
function sorted(manifests: readonly Manifest[]): readonly Manifest[] {
  const place = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;
  return manifests.toSorted((one, other) => place(one).localeCompare(place(other)));
}
