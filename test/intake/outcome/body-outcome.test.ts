// What a 400 adds for bodies that were sent in a way that cannot work.
import { expect, test } from 'vitest';
import { ExpositionError } from '../../../src/exposition/exposition-error.ts';
import { outcomeOfBodyError } from '../../../src/intake/outcome/body-outcome.ts';

const CR_LF = '; the line ends in CR LF';
const SENTENCE = 'Cannot parse exposition line 1: expected this, found that';
const DATA_BINARY = '; the body has no line feed: curl -d removes them, --data-binary keeps them';
const FORM = '; this is a form: send the text itself, with curl by --data-binary @file';
const DELIMITED =
  '; protobuf is taken with proto=io.prometheus.client.MetricFamily and encoding=delimited only';

const adds = (hint: string, contentType: string | undefined, body = 'm 1', isProtobuf = false) =>
  test(`${contentType} of ${JSON.stringify(body)}: "${hint}"`, () => {
    const error = new ExpositionError('line 1', 'expected this, found that', CR_LF);
    const chunks = [...body].map((letter) => Buffer.from(letter));
    expect(outcomeOfBodyError(error, { contentType, chunks, isProtobuf })).toEqual({
      kind: 'malformed',
      detail: SENTENCE + hint,
    });
  });

adds(CR_LF, undefined);
adds(CR_LF, 'text/plain');
adds(CR_LF, 'application/x-www-form-urlencoded', 'm 1\n');
adds(DATA_BINARY, 'application/x-www-form-urlencoded');
adds(DATA_BINARY, 'Application/X-WWW-Form-Urlencoded; charset=utf-8');
adds(FORM, 'multipart/form-data; boundary=x', '--x\r\n');
adds(DELIMITED, 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text');
adds(
  CR_LF,
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  'm 1',
  true,
);
