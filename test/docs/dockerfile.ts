// As much of a Dockerfile as this project's own needs: stages, instructions with their continued lines, arguments of COPY.
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  /** Undefined for the platform that is built for. */
  readonly platform: string | undefined;
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage to copy from; undefined for the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function parseDockerfile(text: string): Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const line of logicalLines(text)) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === '') throw new SyntaxError(`Cannot read Dockerfile: expected an instruction, found ${line}`);
    if (name === 'FROM') {
      const [, platform, image = '', alias] = /^(?:--platform=(\S+) )?(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ platform, image, name: alias, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

function logicalLines(text: string): string[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

export function textsOf({ instructions }: Stage, name: string): string[] {
  return instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
}

/** The one instruction of that name. */
export function onlyText(stage: Stage, name: string): string {
  const [text, ...others] = textsOf(stage, name);
  if (text === undefined || others.length > 0)
    throw new Error(`Cannot read Dockerfile: expected one ${name}, found ${others.length + (text ? 1 : 0)}`);
  return text;
}

export function copiesOf(stage: Stage): Copy[] {
  return textsOf(stage, 'COPY').map((text) => {
    const words = text.split(/\s+/);
    const options = words.splice(
      0,
      words.findIndex((word) => !word.startsWith('--')),
    );
    const from = options.find((option) => option.startsWith('--from='))?.slice('--from='.length);
    const target = words.pop() ?? '';
    return { from, sources: words, target };
  });
}

/** The exec form: a JSON array, here at the end of the text. */
export function execForm(text: string): string[] {
  const [array] = /\[.*\]$/s.exec(text) ?? [];
  if (array === undefined)
    throw new Error(`Cannot read ${text}: expected the exec form, found the shell form`);
  return JSON.parse(array) as string[];
}

export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = textsOf(stage, 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}
