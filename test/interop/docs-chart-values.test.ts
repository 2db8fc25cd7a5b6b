// Values of the chart that pages show, given to Helm as a reader would: each block on its own, on top of a backend, which the
// chart asks for. The chart's own schema refuses what it does not know.
import { describe, expect } from 'vitest';
import { pageNames, readPage } from '../docs/pages/page.ts';
import { stepsOf } from '../docs/pages/steps.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { renderChart } from './support/render-chart.ts';

const BACKEND = 'config: { remoteWrite: [{ url: "https://metrics.example.com/api/v1/write" }] }\n';

const shown = pageNames()
  .flatMap((name) => stepsOf(readPage(name)))
  .filter(({ treatment }) => treatment.kind === 'chartValues')
  .map(({ block }) => block);

describe.runIf(shown.length > 0)('values that a page shows', () => {
  const check = itAfter(async () => {
    await helmProgram(4);
  });

  for (const { at, text } of shown) {
    check(`can be installed: ${at}`, async () => {
      const folder = new TemporaryFolder();
      const valuesFiles = [folder.write('backend.yaml', BACKEND), folder.write('values.yaml', text)];
      const manifests = await renderChart({ valuesFiles, release: 'sluice' });
      expect(manifests.map(({ kind }) => kind)).toContain('Service');
    });
  }
});
