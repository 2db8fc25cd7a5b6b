// What is wrong with a configuration: all problems at once, in the order of the file.
// Invariant: no text here holds a secret. Code that adds a problem leaves secret values out.
export type ConfigPath = readonly (string | number)[];

export interface ConfigProblem {
  /** From 1; absent if the configuration did not come from text. */
  readonly line?: number;
  readonly column?: number;
  /** The key the problem is about; empty for the whole file. */
  readonly path: ConfigPath;
  /** What was expected and what was found, in one line. */
  readonly text: string;
}

/** A broken file must not flood the terminal. */
const MAX_LINES = 100;

export class ConfigError extends SyntaxError {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    const inOrder = problems.toSorted(compareProblems);
    super(formatProblems(file, inOrder), options);
    this.name = 'ConfigError';
    this.problems = inOrder;
  }
}

/** `remoteWrite[0].url`; keys that are not plain words are in quotes, so a path is always one line. */
export function formatPath(path: ConfigPath): string {
  return path.map(formatStep).join('').replace(/^\./, '');
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

function compareProblems(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function formatProblems(file: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, MAX_LINES).map((problem) => formatProblem(file, problem));
  if (problems.length > MAX_LINES) lines.push(`${file}: and ${problems.length - MAX_LINES} more problems`);
  return lines.join('\n');
}

function formatProblem(file: string, { line, column, path, text }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return [place, formatPath(path), text].filter((part) => part !== '').join(': ');
}
