// Tests that replay the documented wire form of a client that cannot be installed: what it pushes, and what it is answered.
import { expect, test } from 'vitest';
import { startIntake } from './intake-road.ts';
import { answerTo } from './wire-form.ts';

/** A body and its length, and what arrives of it when it is pushed for the job `backup`. */
export const ROWS = '# HELP rows_total Rows.\n# TYPE rows_total counter\nrows_total{table="a"} 3\n';
export const ROWS_LENGTH = `Content-Length: ${ROWS.length}`;
export const ROWS_ARRIVED: readonly string[] = ['rows_total{job="backup",table="a"} 3'];

/**
 * A test that this request is refused with one line of text, which is logged too, since many clients never show an answer,
 * and that nothing of it is forwarded.
 */
export function refuses(
  client: string,
  request: Uint8Array,
  answer: { readonly status: number; readonly text: string; readonly allow?: string },
): void {
  test(`a replay of the documented wire form of ${client} is answered with ${answer.status} and why`, async () => {
    const road = await startIntake();
    const { status, body, headers } = await answerTo(road, request);
    expect([status, headers.get('allow')]).toEqual([answer.status, answer.allow]);
    expect(body).toBe(`${answer.text}\n`);
    expect(road.collector.log.entries()).toContainEqual(
      expect.objectContaining({ event: 'pushRefused', status: answer.status, detail: answer.text }),
    );
    expect(await road.forwardedNames()).toEqual([]);
  });
}

/** A test that this request is taken with an empty answer, and that exactly these series arrive. */
export function takes(client: string, request: Uint8Array, expected: readonly string[] = ROWS_ARRIVED): void {
  test(`a replay of the documented wire form of ${client} is taken, and arrives exactly`, async () => {
    const road = await startIntake();
    const { status, body, headers } = await answerTo(road, request);
    expect([status, body, headers.get('content-length')]).toEqual([202, '', '0']);
    expect(await road.delivered(expected.length)).toEqual(expected);
  });
}
