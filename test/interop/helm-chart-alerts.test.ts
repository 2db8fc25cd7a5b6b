// The chart's alerts, judged by promtool: they parse, and fire when they should and not before.
import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { readDocument } from '../docs/markdown.ts';
import { TemporaryFolder } from '../support/temporary-folder.ts';
import { runProgram } from './clients/run-program.ts';
import { helmProgram } from './helm/helm.ts';
import { itAfter } from './support/it-after.ts';
import { findProgram } from './support/programs.ts';
import { renderChart } from './support/render-chart.ts';

const UNIT_TESTS = readFileSync(new URL('alerts/sluice-alerts.test.yaml', import.meta.url), 'utf8');
const SETTINGS = [
  'config.remoteWrite[0].url=https://metrics.example.com/w',
  'serviceMonitor.enabled=true',
  'prometheusRule.enabled=true',
];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const it = itAfter(async () => {
  if (findProgram('promtool') === undefined)
    throw new Error(
      'Cannot run these tests: expected promtool on the PATH, found none (apt-get install prometheus)',
    );
  await helmProgram(4);
});

async function renderRules(...set: readonly string[]) {
  const manifests = await renderChart({ release: 'sluice', set: [...SETTINGS, ...set] });
  const spec = manifests.find(({ kind }) => kind === 'PrometheusRule')?.spec;
  return { spec, rules: spec.groups[0].rules as readonly Rule[] };
}

async function promtool(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runProgram(findProgram('promtool') ?? '', args);
  expect([code, code === 0 ? '' : `${stdout}${stderr}`]).toEqual([0, '']);
}

describe('the alerts', () => {
  it('pass promtool check rules', async () => {
    const file = new TemporaryFolder().write('rules.yaml', stringify((await renderRules()).spec));
    await promtool('check', 'rules', file);
  });

  it('pass their unit tests', async () => {
    const folder = new TemporaryFolder();
    folder.write('rules.yaml', stringify((await renderRules('prometheusRule.runbookUrl=')).spec));
    await promtool('test', 'rules', folder.write('test.yaml', UNIT_TESTS));
  });

  it('are each tested as firing and as not firing', async () => {
    for (const { alert } of (await renderRules()).rules) {
      const [first = '', ...others] = UNIT_TESTS.split(`alertname: ${alert}\n`);
      expect([alert, others.length > 0]).toEqual([alert, true]);
      expect([alert, [first, ...others].join().includes(`alertname: ${alert}, exp_alerts: []`)]).toEqual([
        alert,
        true,
      ]);
    }
  });

  it('each have a severity, a summary, a description and a section of the runbook', async () => {
    const runbook = readDocument('docs/alerts.md');
    for (const { alert, labels, annotations } of (await renderRules()).rules) {
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
      expect(annotations.runbook_url?.split('#')[1]).toBe(alert.toLowerCase());
      expect(runbook).toContain(`\n## ${alert}\n`);
    }
  });

  it('name only metrics that Sluice has', async () => {
    const known = readDocument('docs/metrics.md');
    const { rules } = await renderRules();
    const names = rules.flatMap(({ expr }) => expr.match(/sluice_\w+/g) ?? []);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(known).toContain(`| \`${name}\` |`);
  });

  it('are about what the PodMonitor scrapes if there is one', async () => {
    const { rules } = await renderRules('serviceMonitor.enabled=false', 'podMonitor.enabled=true');
    expect(rules[0]?.expr).toContain('absent(up{namespace="metrics", job="metrics/sluice"})');
  });

  it('are about what the values select', async () => {
    const { rules } = await renderRules('prometheusRule.selector=cluster="a"');
    expect(rules[0]?.expr).toContain('absent(up{cluster="a"})');
  });

  it('can be left out and changed one by one', async () => {
    const { rules } = await renderRules(
      'prometheusRule.disabled={SluiceDown}',
      'prometheusRule.overrides.SluicePodDown.severity=page',
      'prometheusRule.overrides.SluicePodDown.for=1h',
      'prometheusRule.queueAgeWarningSeconds=77',
    );
    expect(rules.map(({ alert }) => alert)).not.toContain('SluiceDown');
    expect(rules[0]).toMatchObject({ alert: 'SluicePodDown', labels: { severity: 'page' }, for: '1h' });
    expect(rules.find(({ alert }) => alert === 'SluiceQueueOld')?.expr).toMatch(/> 77$/);
  });
});

describe('the metric for the HorizontalPodAutoscaler', () => {
  it('is the age of the oldest push of each pod, whatever its backend', async () => {
    const [rule] = parse(readDocument('deploy/monitoring/prometheus-adapter-values.yaml')).rules.custom;
    const query = rule.metricsQuery
      .replace('<<.GroupBy>>', 'pod')
      .replace('<<.Series>>', 'sluice_queue_oldest_age_seconds')
      .replace('<<.LabelMatchers>>', 'namespace="metrics",pod=~"a|b"');
    const series = (pod: string, backend: string, value: number) => ({
      series: `sluice_queue_oldest_age_seconds{namespace="metrics", pod="${pod}", backend="${backend}"}`,
      values: String(value),
    });
    const expected = (pod: string, value: number) => ({ labels: `{pod="${pod}"}`, value });
    const unitTests = {
      tests: [
        {
          input_series: [
            series('a', 'one', 3),
            series('a', 'two', 30),
            series('b', 'one', 0),
            series('c', 'one', 9),
          ],
          promql_expr_test: [
            { expr: query, eval_time: '0s', exp_samples: [expected('a', 30), expected('b', 0)] },
          ],
        },
      ],
    };
    await promtool('test', 'rules', new TemporaryFolder().write('test.yaml', stringify(unitTests)));
    const hpa = (
      await renderChart({
        set: [...SETTINGS, 'autoscaling.enabled=true', 'autoscaling.queueAge.enabled=true'],
      })
    ).find(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(hpa?.spec.metrics.at(-1).pods.metric.name).toBe(rule.name.as);
  });
});
