// Whatever families a client writes, exactly their series leave: judged by a model and the published message.
import { expect, test } from 'vitest';
import { holdsForSeeds } from '../support/seeded-random.ts';
import { fixed, newTranscoder, seriesOf, transcodeBody } from './transcode-body.ts';
import { writtenPush } from './written-push.ts';

for (const bucketLabels of ['canonical', 'openmetrics', 'verbatim'] as const) {
  test(`a written push is sent as its model says (${bucketLabels})`, () => {
    const transcoder = newTranscoder({ bucketLabels });
    holdsForSeeds(500, (random) => {
      const { body, grouping, defaults, expected } = writtenPush(random);
      const encoded = transcodeBody(transcoder, body, fixed(grouping, defaults));
      expect(seriesOf(encoded), body).toEqual(expected(bucketLabels));
    });
  });
}
