// The names of the samples of an OpenMetrics family, by its type
// (https://prometheus.io/docs/specs/om/open_metrics_spec/#suffixes).
import { FamilyType, type NameSuffix, Role } from '../family-table.ts';

const { counter, histogram, gaugeHistogram, summary, info } = FamilyType;

export const OPEN_METRICS_SUFFIXES: readonly NameSuffix[] = [
  { text: Buffer.from('_bucket'), role: Role.bucket, types: [histogram, gaugeHistogram] },
  { text: Buffer.from('_count'), role: Role.count, types: [histogram, summary] },
  { text: Buffer.from('_sum'), role: Role.sum, types: [histogram, summary] },
  { text: Buffer.from('_gcount'), role: Role.count, types: [gaugeHistogram] },
  { text: Buffer.from('_gsum'), role: Role.sum, types: [gaugeHistogram] },
  { text: Buffer.from('_total'), role: Role.own, types: [counter] },
  { text: Buffer.from('_created'), role: Role.created, types: [counter, histogram, summary] },
  { text: Buffer.from('_info'), role: Role.own, types: [info] },
];
