// Expands ${VAR} and ${VAR:default} in one text. Runs on values after YAML parsing, so a variable cannot add structure.
// Invariant: a problem never quotes the text around a variable or what it expands to.

export type Environment = Readonly<Record<string, string | undefined>>;

export type Expansion =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'expanded'; readonly text: string }
  | { readonly kind: 'refused'; readonly problem: string };

type Piece = { readonly text: string } | { readonly problem: string };

/**
 * `$$` is a dollar sign; any other `$` that is not followed by `{` stays as it is. With `keepsGroups` `${1}` stays too, as
 * what it is in the replacement of a regular expression.
 */
export function expandVariables(text: string, env: Environment, keepsGroups = false): Expansion {
  let expanded = '';
  let from = 0;
  for (let at = nextMark(text, 0, keepsGroups); at >= 0; at = nextMark(text, from, keepsGroups)) {
    expanded += text.slice(from, at);
    const end = text[at + 1] === '$' ? at + 2 : text.indexOf('}', at) + 1;
    if (end === 0) return { kind: 'refused', problem: 'expected "}" after "${", seen the end of the value' };
    const piece = text[at + 1] === '$' ? { text: '$' } : expandReference(text.slice(at + 2, end - 1), env);
    if ('problem' in piece) return { kind: 'refused', problem: piece.problem };
    expanded += piece.text;
    from = end;
  }
  return from === 0 ? { kind: 'unchanged' } : { kind: 'expanded', text: expanded + text.slice(from) };
}

function nextMark(text: string, from: number, keepsGroups: boolean): number {
  for (let at = text.indexOf('$', from); at >= 0; at = text.indexOf('$', at + 1)) {
    if (text[at + 1] === '$') return at;
    if (text[at + 1] === '{' && !(keepsGroups && isGroup(text, at))) return at;
  }
  return -1;
}

/** `${1}`: no variable has such a name. */
function isGroup(text: string, at: number): boolean {
  return /^\$\{\d+\}/.test(text.slice(at, at + 12));
}

/** `reference` is what stands between the braces. The first colon ends the name, so a default may hold others. */
function expandReference(reference: string, env: Environment): Piece {
  const colon = reference.indexOf(':');
  const name = colon < 0 ? reference : reference.slice(0, colon);
  const fallback = colon < 0 ? undefined : reference.slice(colon + 1);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { problem: BAD_NAME };
  if (fallback !== undefined && /^[-=?+]/.test(fallback))
    return { problem: shellSyntax(name, fallback[0] ?? '') };
  if (fallback?.includes('${'))
    return { problem: `expected a plain default for variable ${name}, seen another variable in it` };
  const set = Object.hasOwn(env, name) ? env[name] : undefined;
  const text = set ?? (fallback === undefined ? undefined : withoutQuotes(fallback));
  return text === undefined ? { problem: unset(name) } : { text };
}

const BAD_NAME =
  'expected a variable name of letters, digits and "_" after "${", seen something else (write "$$" for a dollar sign)';

function shellSyntax(name: string, operator: string): string {
  return (
    `expected "\${${name}:default}", seen "\${${name}:${operator}", which is shell syntax and not understood here ` +
    `(a default that starts with "${operator}" goes in quotes: \${${name}:"${operator}…"})`
  );
}

function unset(name: string): string {
  return `expected environment variable ${name} to be set, seen it unset (write \${${name}:default} to give a default)`;
}

/** `${VAR:""}` is how the Chronosphere Collector writes an empty default. */
function withoutQuotes(fallback: string): string {
  return /^"([^"]*)"$/.exec(fallback)?.[1] ?? /^'([^']*)'$/.exec(fallback)?.[1] ?? fallback;
}
