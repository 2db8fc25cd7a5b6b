// The chart's manifests, as Helm renders them without a cluster.
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { type HelmVersion, runHelm } from '../helm/helm.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: a manifest has whatever its kind has.
  readonly [key: string]: any;
}

export interface ChartSettings {
  /** Paths of files with values, the last one wins. */
  readonly valuesFiles?: readonly string[];
  /** As `--set` takes them: `mode=daemonset`. */
  readonly set?: readonly string[];
  readonly release?: string;
  readonly namespace?: string;
  readonly kubeVersion?: string;
  readonly helm?: HelmVersion;
}

export const CHART = fileURLToPath(new URL('../../../charts/sluice/', import.meta.url));

/** The newest Kubernetes that a rendering is for unless a test says otherwise. */
const KUBE_VERSION = '1.36.0';

/** All documents, those of `helm test` too. Throws with Helm's own message if it refuses the values. */
export async function renderChart(settings: ChartSettings = {}): Promise<readonly Manifest[]> {
  return parseManifests(await renderChartText(settings));
}

export async function renderChartText(settings: ChartSettings = {}): Promise<string> {
  const { release = 'demo', helm = 4 } = settings;
  const { code, stdout, stderr } = await runHelm(['template', release, CHART, ...helmFlags(settings)], helm);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** What `helm template` and `helm lint` take alike. */
export function helmFlags(settings: ChartSettings): string[] {
  const { valuesFiles = [], set = [], namespace = 'metrics', kubeVersion = KUBE_VERSION } = settings;
  return [
    `--namespace=${namespace}`,
    `--kube-version=${kubeVersion}`,
    ...valuesFiles.map((file) => `--values=${file}`),
    ...set.map((assignment) => `--set=${assignment}`),
  ];
}

function parseManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0];
  return documents
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
