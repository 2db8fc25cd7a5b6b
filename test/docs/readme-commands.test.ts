// README's commands as a reader would paste them: every `bash` block runs here against a started `sluice dev`, and what
// stands in the `text` block behind it is what comes out. Blocks that need npm, a cluster or a container engine are `sh`.
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunningSluice } from '../support/running-sluice.ts';
import { blocks, readDocument } from './markdown.ts';
import { ReadmeShell } from './readme-shell.ts';

const README = blocks(readDocument('README.md'));
const DEADLINE_MS = 15_000;

/** Without what differs from run to run, and with the toolchain. */
function masked(text: string): string {
  return text
    .trim()
    .replace(/\b1[7-9]\d{8}(?:\.\d+)?\b/g, 'TIME')
    .replace(/\(Node [\d.]+\)/g, '(Node VERSION)')
    .replace(/https:\/\/127\.0\.0\.1:\d+/g, 'https://127.0.0.1:PORT');
}

function readTotal(metrics: string, name: string): string | undefined {
  return new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(metrics)?.[1];
}

/** Waits until the development backend has all that was pushed. */
async function delivered(sluice: RunningSluice): Promise<void> {
  for (const end = performance.now() + DEADLINE_MS; performance.now() < end; await pause(5)) {
    const metrics = await sluice.metrics();
    const accepted = readTotal(metrics, 'sluice_samples_accepted_total');
    if (accepted !== undefined && accepted === readTotal(metrics, 'sluice_samples_sent_total')) return;
  }
  throw new Error(`Cannot go on: expected delivery within ${DEADLINE_MS} ms`);
}

it('every bash block of README runs and prints what README shows', async () => {
  const shell = await ReadmeShell.start();
  const runnable = README.filter(({ language }) => language === 'bash');
  expect(runnable.length).toBeGreaterThan(5);
  for (const { text, output = '' } of runnable) {
    expect(`${text}\n${masked(await shell.run(text))}`).toBe(`${text}\n${masked(output)}`);
    await delivered(shell.sluice);
  }
});

it('README shows what `npm start` says', async () => {
  const shell = await ReadmeShell.start();
  const shown = README.find(({ text }) => text.startsWith('Sluice takes pushes'))?.text ?? '';
  expect(masked(shell.welcome())).toBe(masked(shown));
});
