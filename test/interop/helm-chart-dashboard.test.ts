// The chart's dashboard: every expression parses, and uses metrics that Sluice and Node have.
import { describe, expect } from 'vitest';
import { stringify } from 'yaml';
import { readDocument } from '../docs/markdown.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { runProgram } from './clients/run-program.ts';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { findProgram } from './support/programs.ts';
import { renderChart } from './support/render-chart.ts';

const it = itAfter(async () => {
  if (findProgram('promtool') === undefined)
    throw new Error(
      'Cannot run these tests: expected promtool on the PATH, found none (apt-get install prometheus)',
    );
  await helmProgram(4);
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

async function renderDashboard(): Promise<{ readonly panels: readonly Panel[] }> {
  const set = ['config.remoteWrite[0].url=https://metrics.example.com/w', 'dashboard.enabled=true'];
  const found = (await renderChart({ set })).find(
    ({ metadata }) => metadata.name === 'demo-sluice-dashboard',
  );
  expect(found?.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  return JSON.parse(found?.data['sluice.json']);
}

async function expressions(): Promise<readonly string[]> {
  const { panels } = await renderDashboard();
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

describe('the dashboard', () => {
  it('has only expressions that Prometheus parses', async () => {
    const rules = (await expressions()).map((expr, at) => ({
      record: `panel:${at}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    expect(rules.length).toBeGreaterThan(15);
    const file = new TemporaryFolder().write(
      'rules.yaml',
      stringify({ groups: [{ name: 'panels', rules }] }),
    );
    const { code, stdout, stderr } = await runProgram(findProgram('promtool') ?? '', [
      'check',
      'rules',
      file,
    ]);
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  });

  it('uses metrics that Sluice has', async () => {
    const known = readDocument('docs/metrics.md');
    const names = (await expressions()).flatMap((expr) => expr.match(/\b(?:sluice|process)_\w+/g) ?? []);
    for (const name of names) expect(known).toContain(`\`${name.replace(/_bucket$/, '')}\``);
  });

  it('describes each panel, and numbers them', async () => {
    const { panels } = await renderDashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description } of panels)
      expect([title, type === 'row' || description !== undefined]).toEqual([title, true]);
  });
});
