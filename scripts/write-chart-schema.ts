// `npm run schema`: puts the schema of the configuration into the Helm chart's values.schema.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { withConfiguration } from './chart-values-schema.ts';

const FILE = new URL('../charts/sluice/values.schema.json', import.meta.url);

writeFileSync(
  FILE,
  `${JSON.stringify(withConfiguration(JSON.parse(readFileSync(FILE, 'utf8'))), null, 2)}\n`,
);
