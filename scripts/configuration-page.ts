// docs/configuration.md as text: an introduction, then one table for each mapping of the configuration's JSON Schema.
// `npm run schema` writes it, and a test compares the page with it.
import { configJsonSchema } from '../src/config/json-schema.ts';

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const INTRODUCTION = `# Configuration

Sluice reads one YAML file: \`sluice --config FILE\`. Without a file it reads [environment variables](environment.md). The smallest
file that works names one backend:

\`\`\`yaml
remoteWrite:
  - url: https://metrics.example.com/api/v1/write
    authorization:
      credentials: \${REMOTE_WRITE_TOKEN}
\`\`\`

[collector.yaml](../collector.yaml) shows every key with a comment, and [config/](../config) has an example for each use. \`npm run
schema\` generates this page from the schema that also checks the file.

- **Variables.** \`\${VAR}\` stands for an environment variable, and \`\${VAR:default}\` for one with a default. A variable that is not
  set and has no default is an error. \`$$\` is a dollar sign. In [relabeling](relabeling.md) rules, \`$1\` and \`\${1}\` stay as they are.
- **Durations** are written \`250ms\`, \`30s\` or \`1m30s\`. **Sizes** are written \`64KiB\` or \`16MiB\`.
- **Paths** that are relative start at the folder of the file.
- **Unknown keys** are errors. The message has the line and the nearest known key.
- **Changes** need a restart. Files with tokens, passwords and certificates do not: Sluice reads them again when they change.
- **Editors** complete and check the file with [config/collector.schema.json](../config/collector.schema.json).

\`sluice check --config FILE\` checks the file, and the certificates and credentials that it names, without opening a port.
`;

/** The whole page. */
export function configurationPage(): string {
  const schema = configJsonSchema() as Schema;
  const shown = new Map<string, string>();
  const sections = mappingsOf(schema).map(([path, mapping]) => section(path, mapping, shown));
  return [INTRODUCTION, ...sections].join('\n');
}

/** Every mapping that has keys with values, with its path; the empty path is the top of the file. */
function mappingsOf(schema: Schema, path = ''): [string, Schema][] {
  const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return child.items?.properties ? mappingsOf(child.items, `${key}[]`) : mappingsOf(child, key);
  });
  return valuesOf(schema).length > 0 ? [[path, schema], ...children] : children;
}

/** Keys whose values are no mappings and no lists of mappings: these have sections of their own. */
function valuesOf({ properties = {} }: Schema): [string, Schema][] {
  return Object.entries(properties).filter(([, child]) => !child.properties && !child.items?.properties);
}

/** A mapping that looks like an earlier one refers to it. */
function section(path: string, mapping: Schema, shown: Map<string, string>): string {
  const heading = path === '' ? '## Top level' : `## \`${path}\``;
  const rows = valuesOf(mapping).map(([name, value]) => row(name, value, mapping));
  const table = rows.join('\n');
  const earlier = shown.get(table);
  if (earlier !== undefined) return `${heading}\n\nThe keys are those of \`${earlier}\`.\n`;
  shown.set(table, path);
  return `${heading}\n\n| key | value | default | meaning |\n|---|---|---|---|\n${table}\n`;
}

function row(name: string, value: Schema, { required = [] }: Schema): string {
  const meaning = asMarkdown(value.description ?? '', wordsOf(value));
  const cells = [`\`${name}\``, valueShape(value), shownDefault(value, required.includes(name)), meaning];
  return `| ${cells.join(' | ')} |`;
}

/** What may be written, without the variable that any value may be. */
function valueShape(schema: Schema): string {
  if (schema.type === 'array') return 'list';
  if (schema.type === 'object') return 'mapping';
  const words = wordsOf(schema);
  if (words.length > 0) return words.map((word) => `\`${word}\``).join(', ');
  const [first = {}] = choicesOf(schema);
  if (first.type === 'integer' || first.type === 'number') return range(first);
  if (first.pattern?.includes('KiB')) return 'size';
  return first.pattern?.includes('ms)') ? 'duration' : 'text';
}

/** The values of a key that has few: each in one spelling, though `LabelDrop` may be written for `labeldrop`. */
function wordsOf(schema: Schema): string[] {
  const choices = choicesOf(schema);
  if (choices[0]?.type === 'boolean') return ['true', 'false'];
  const words = choices.flatMap(({ type, enum: values = [] }) =>
    type === 'string' ? values.map(String) : [],
  );
  return words.filter((word) => word === word.toLowerCase() || !words.includes(word.toLowerCase()));
}

function choicesOf(schema: Schema): Schema[] {
  return (schema.anyOf ?? [schema]).filter(({ pattern }) => pattern !== '\\$\\{');
}

function range({ minimum, maximum }: Schema): string {
  return minimum === undefined || maximum === undefined ? 'number' : `${minimum} to ${maximum}`;
}

function shownDefault({ default: value }: Schema, isRequired: boolean): string {
  if (value === undefined) return isRequired ? 'required' : 'none';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Descriptions are plain text, for editors. Here names, paths, placeholders and the values they explain become code. */
function asMarkdown(description: string, words: readonly string[]): string {
  const code =
    /(?<![\w`])(?:"[^"]*"|https?:\/\/|[<[]\w+[>\]][^\s;,]*[^\s;,.:]|\/-\/\w+|\/metrics\/job\/<job>|[a-z]+[A-Z]\w*|[A-Za-z]+(?:_\w+)+|[\w-]+=\w+|Retry-After|X-Scope-OrgID|\$\d|\bV\d\.\d)/g;
  const explained = new RegExp(`(?<![\\w\`.])(?:${words.join('|')})(?=:)`, 'g');
  const marked = description.replace(code, (found) => `\`${found}\``);
  return words.length === 0 ? marked : marked.replace(explained, (found) => `\`${found}\``);
}
