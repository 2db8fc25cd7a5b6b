// prometheus-metrics-exporter-pushgateway, the newer Java client: protobuf by default, text on request.
import { mavenProgram } from '../java-simpleclient/maven-program.ts';
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';

/** Native histograms, which the library makes by default, are in `push-native` only. */
export type JavaVerb = PushRun['verb'] | 'push-text' | 'add-text' | 'push-native';

const PROGRAM = mavenProgram('java-prometheus-metrics', new URL('./', import.meta.url));
const VERSION = /<prometheusMetrics>([^<]+)</;

const COMMON = {
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: { '0.5': 2, '0.9': 3 },
  sendsSpaceAsPlus: true,
  prepare: () => PROGRAM.prepare(VERSION),
} as const satisfies Partial<PushClient>;

export const JAVA_PROMETHEUS_METRICS: PushClient = {
  ...COMMON,
  id: 'java-prometheus-metrics',
  title: 'Java prometheus-metrics-exporter-pushgateway',
  format: 'protobuf',
  push: (run) => pushWithJava(run.verb, run),
};

export const JAVA_PROMETHEUS_METRICS_TEXT: PushClient = {
  ...COMMON,
  id: 'java-prometheus-metrics-text',
  title: 'Java prometheus-metrics-exporter-pushgateway, PROMETHEUS_TEXT',
  push: (run) => pushWithJava(`${run.verb}-text`, run),
};

export function javaLibraries(): Promise<string> {
  return PROGRAM.libraries();
}

/** `prepare` of one of the clients above goes before. */
export function pushWithJava(verb: JavaVerb, run: Omit<PushRun, 'verb'>): Promise<ClientReport> {
  const pairs = Object.entries(run.grouping).map(([name, value]) => `${name}=${value}`);
  // The library puts the scheme in front itself.
  const address = run.baseUrl.replace('http://', '');
  return PROGRAM.run([address, verb, run.job, ...pairs]);
}
