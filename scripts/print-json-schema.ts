// `npm run schema`: prints the content of config/collector.schema.json.
import { configJsonSchema } from '../src/config/json-schema.ts';

process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
