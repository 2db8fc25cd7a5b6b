// A body that was cut off is refused, or says exactly what its whole lines say.
import { expect, test } from 'vitest';
import { SeededRandom } from '../support/seeded-random.ts';
import { fixed, newTranscoder, transcodeBody } from './transcode-body.ts';
import { writtenPush } from './written-push.ts';

const PLAIN = `# HELP h Some "help" \\\\ with\\nescapes
# TYPE h histogram
h_bucket{a="\\"é😀\\n",le="0.10"} 1 1700000000000
h_bucket { a = "\\"é😀\\n" , le = "+Inf" , } 2e0 1700000000000
h_sum{a="\\"é😀\\n"} -1.5e-7 1700000000000
h_count{a="\\"é😀\\n"} 2 1700000000000

# TYPE "s" summary
{"s",quantile="0.5"} NaN
s_count +Inf
\t# a comment
untyped 12345678901234567890
`;

test('every cut of a body is refused, or says what the whole lines before it say', () => {
  const bodies = [PLAIN, ...[1, 2, 3, 4, 5, 6].map((seed) => writtenPush(new SeededRandom(seed)).body)];
  for (const body of bodies) checkCuts(Buffer.from(body));
});

function checkCuts(body: Buffer): void {
  const transcoder = newTranscoder();
  const labels = fixed();
  let whole: Buffer | string = Buffer.alloc(0);
  for (let cut = 0; cut < body.length; cut++) {
    const linesEnd = body.subarray(0, cut).lastIndexOf(10) + 1;
    if (linesEnd === cut) whole = transcodeBody(newTranscoder(), body.subarray(0, cut), labels);
    expect(whole).toBeTypeOf('object');
    const found = transcodeBody(transcoder, body.subarray(0, cut), labels);
    const isBlank = /^[ \t]*$/.test(body.toString('utf8', linesEnd, cut));
    if (isBlank) expect(found, body.toString('utf8', 0, cut)).toEqual(whole);
    else expect(found, body.toString('utf8', 0, cut)).toBeTypeOf('string');
  }
}
