// The blocks of a page, each with its treatment and with the output that the page shows for it.
import type { Page, PageBlock } from './page.ts';
import { type Treatment, treatmentOf } from './treatment.ts';

/** A block with what is done with it, and what a page shows of its output. */
export interface Step {
  readonly block: PageBlock;
  readonly treatment: Treatment;
  readonly shown: string;
}

export function stepsOf(page: Page): Step[] {
  const treatments: Treatment[] = [];
  for (const [at, block] of page.blocks.entries()) {
    const ofSection = treatments.filter((_, other) => page.blocks[other]?.section === block.section);
    treatments[at] = treatmentOf(block, ofSection);
  }
  return page.blocks.map((block, at) => {
    const next = page.blocks[at + 1];
    const shown = treatments[at + 1]?.kind === 'output' ? (next?.text ?? '') : '';
    return { block, treatment: treatments[at]!, shown };
  });
}

/** Whether the ordinary tests, or those of a whole run, have something to run of it. */
export function isRun({ treatment }: Step, isWhole: boolean): boolean {
  const { kind } = treatment;
  return (
    (kind === 'run' || kind === 'frame' || kind === 'module') && (isWhole || treatment.needs.length === 0)
  );
}
