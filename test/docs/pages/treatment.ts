// What a test does with a block of the documentation. Every block has a treatment, by its language or by a mark above it;
// what could be done and is not, needs a reason of the list, and a reason that does not apply is an error.
import { configJsonSchema } from '../../../src/config/json-schema.ts';
import type { Mark, PageBlock } from './page.ts';

export type Treatment =
  | {
      readonly kind: 'run';
      readonly inBackground: boolean;
      readonly exitCode: number;
      readonly showsOutput: boolean;
      /** Programs beyond Node, curl and what every Unix has: those that are run with the interop tests. */
      readonly needs: readonly string[];
    }
  /** Put into a program of test/docs/frames, which is run. */
  | { readonly kind: 'frame'; readonly frame: string; readonly needs: readonly string[] }
  /** Run as it is, as a module. */
  | { readonly kind: 'module'; readonly needs: readonly string[] }
  | { readonly kind: 'output' }
  /** The words of a file of the repository, which other tests run. */
  | { readonly kind: 'from'; readonly path: string }
  | { readonly kind: 'configuration'; readonly file: string | undefined }
  | { readonly kind: 'manifest' }
  | { readonly kind: 'chartValues' }
  | { readonly kind: 'json' }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'notRun'; readonly reason: string };

/** Why a block may be left out, and what one looks like that is left out for it. */
const REASONS: Readonly<Record<string, (block: PageBlock) => boolean>> = {
  'needs a cluster': ({ text }) => /\b(?:kubectl|helm)\b/.test(text),
  'needs a container engine': ({ text }) => /\b(?:docker|podman)\b|^FROM /m.test(text),
  'needs AWS': ({ text }) => /\b(?:aws|sam|terraform)\b|AWS|lambda/i.test(text),
  'needs Google Cloud': ({ text }) => /\bgcloud\b/.test(text),
  'needs .NET': ({ language }) => language === 'csharp',
  'needs root': ({ text }) => /\b(?:sudo|apt-get|systemctl)\b/.test(text),
  'takes minutes': ({ text }) =>
    /\bnpm (?:test|run (?:ok|test:interop|bench))\b|\btest\/chaos\/|\bbench\//.test(text),
  'needs your own values': ({ text }) => /<[a-z][a-z ._-]*>/.test(text),
  'an illustration': (block) =>
    ILLUSTRATIONS.includes(block.language) && ownTreatment(block, []) === undefined,
};

/** Of other programs, unless a test knows what it is. */
const ILLUSTRATIONS = ['', 'text', 'http', 'promql', 'mermaid', 'diff', 'yaml', 'ini', 'toml'];
const SHELLS = ['sh', 'bash', 'shell'];
/** Snippets that run as modules; with what they need besides Node. */
const MODULES: Readonly<Record<string, readonly string[]>> = { js: [], python: ['python3'] };
const MARKS = [
  'not run',
  'background',
  'exits',
  'needs',
  'frame',
  'file',
  'from',
  'output not shown',
  'chart values',
];

/** `previous`: the blocks above it in its section, whose output a `text` block shows. */
export function treatmentOf(block: PageBlock, previous: readonly Treatment[]): Treatment {
  const unknown = block.marks.find(({ name }) => !MARKS.includes(name));
  if (unknown) throw problem(block, `expected one of ${MARKS.join(', ')}`, unknown);
  const treatment = markedTreatment(block) ?? ownTreatment(block, previous);
  if (treatment === undefined) {
    const found = `a block of ${block.language || 'no language'} that no test runs`;
    throw new SyntaxError(
      `Cannot test ${block.at}: expected a mark such as <!-- not run: ... -->, found ${found}`,
    );
  }
  checkMarks(block, treatment);
  return treatment;
}

function markedTreatment(block: PageBlock): Treatment | undefined {
  const value = markOf(block);
  const reason = value('not run');
  if (reason !== undefined) return notRun(block, reason);
  const path = value('from');
  if (path !== undefined) return { kind: 'from', path };
  const frame = value('frame');
  if (frame !== undefined) return { kind: 'frame', frame, needs: needsOf(block) };
  if (value('chart values') !== undefined) return { kind: 'chartValues' };
  const file = value('file');
  if (file === undefined) return undefined;
  return isConfiguration(block) ? { kind: 'configuration', file } : { kind: 'file', file };
}

function ownTreatment(block: PageBlock, previous: readonly Treatment[]): Treatment | undefined {
  const { language, text } = block;
  if (SHELLS.includes(language)) return runOf(block);
  const needs = MODULES[language];
  if (needs !== undefined) return { kind: 'module', needs: [...needs, ...needsOf(block)] };
  if (language === 'json') return { kind: 'json' };
  if (language === 'yaml' && /^(?:apiVersion|kind|services):/m.test(text)) return { kind: 'manifest' };
  if (isConfiguration(block)) return { kind: 'configuration', file: undefined };
  const above = previous.findLast(({ kind }) => kind !== 'output');
  return language === 'text' && (above?.kind === 'run' || above?.kind === 'module')
    ? { kind: 'output' }
    : undefined;
}

function runOf(block: PageBlock): Treatment {
  const value = markOf(block);
  return {
    kind: 'run',
    inBackground: value('background') !== undefined,
    exitCode: Number(value('exits') ?? 0),
    showsOutput: value('output not shown') === undefined,
    needs: needsOf(block),
  };
}

function notRun(block: PageBlock, reason: string): Treatment {
  const applies = REASONS[reason];
  if (applies === undefined) throw problem(block, `expected one of ${Object.keys(REASONS).join(', ')}`);
  if (!applies(block)) throw problem(block, 'expected a block that the reason applies to');
  return { kind: 'notRun', reason };
}

/** A mark that says nothing about this block would stay there for ever. */
function checkMarks(block: PageBlock, treatment: Treatment): void {
  const uses: Readonly<Record<string, boolean>> = {
    background: treatment.kind === 'run',
    exits: treatment.kind === 'run',
    'output not shown': treatment.kind === 'run',
    needs: 'needs' in treatment,
  };
  const idle = block.marks.find(({ name }) => uses[name] === false);
  if (idle) throw problem(block, 'expected a mark that says something about this block', idle);
  const absent =
    treatment.kind === 'run' ? treatment.needs.find((name) => !block.text.includes(name)) : undefined;
  if (absent !== undefined) throw problem(block, `expected ${absent} in the block`);
}

function needsOf(block: PageBlock): readonly string[] {
  return markOf(block)('needs')?.split(/,\s*/) ?? [];
}

/** Has a key of Sluice's configuration at its top. */
function isConfiguration({ language, text }: PageBlock): boolean {
  const { properties = {} } = configJsonSchema() as { properties?: object };
  return language === 'yaml' && Object.keys(properties).some((key) => new RegExp(`^${key}:`, 'm').test(text));
}

function markOf({ marks }: PageBlock): (name: string) => string | undefined {
  return (name) => marks.find((mark) => mark.name === name)?.value;
}

function problem({ at, marks }: PageBlock, wanted: string, { name, value }: Mark = marks[0]!): SyntaxError {
  return new SyntaxError(
    `Cannot test ${at}: ${wanted}, found <!-- ${value === '' ? name : `${name}: ${value}`} -->`,
  );
}
