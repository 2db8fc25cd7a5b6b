// `npm run schema`: prints what stands in config/collector.schema.json.
import { configJsonSchema } from './json-schema.ts';

process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
