// The outcome of the run with real clients, as a Markdown table for docs/clients.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorShown, GroupingCase, PushClient } from './push-client.ts';

export type RowOutcome =
  /** Every check passed with this version. */
  | { readonly kind: 'checked'; readonly version: string }
  | { readonly kind: 'failed'; readonly version: string }
  | { readonly kind: 'missing' };

const HEAD = [
  'Client',
  'Version',
  'Format',
  'Methods',
  'Metrics',
  'Grouping values',
  'Of a refusal it shows',
];

const GROUPING_WORDS: Readonly<Record<GroupingCase, string>> = {
  plain: 'plain',
  slash: '`/`',
  space: 'space',
  plus: '`+`',
  utf8: 'UTF-8',
  empty: 'empty',
};

const SHOWN_WORDS: Readonly<Record<ErrorShown, string>> = {
  body: 'its text',
  status: 'its status',
  nothing: 'only that there was one',
};

/** One row for each client, in their order. */
export function clientTable(rows: readonly (readonly [PushClient, RowOutcome])[]): string {
  const cells = [HEAD, HEAD.map(() => '---'), ...rows.map(([client, outcome]) => rowOf(client, outcome))];
  return cells.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** Keeps the table where the next step of a build can take it from; returns the path. */
export function writeTable(table: string): string {
  const folder = join(tmpdir(), 'sluice-clients');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'table.md');
  writeFileSync(path, table);
  return path;
}

function rowOf(client: PushClient, outcome: RowOutcome): readonly string[] {
  return [
    client.title,
    versionCell(outcome),
    client.format ?? 'text',
    verbsOf(client)
      .map((verb) => (verb === 'push' ? 'PUT' : 'POST'))
      .join(', '),
    client.kinds.length === 4 ? 'all' : client.kinds.join(', '),
    groupingCell(client),
    SHOWN_WORDS[client.shows ?? 'body'],
  ];
}

export function verbsOf({ verbs = ['push', 'add'] }: PushClient): readonly ('push' | 'add')[] {
  return verbs;
}

function versionCell(outcome: RowOutcome): string {
  switch (outcome.kind) {
    case 'checked':
      return outcome.version;
    case 'failed':
      return `${outcome.version}, **failed**`;
    case 'missing':
      return 'not run';
  }
}

function groupingCell({ groupings, sendsSpaceAsPlus }: PushClient): string {
  const word = (grouping: GroupingCase) =>
    grouping === 'space' && sendsSpaceAsPlus === true ? 'space (sent as `+`)' : GROUPING_WORDS[grouping];
  return groupings.map(word).join(', ');
}
