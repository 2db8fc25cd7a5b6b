// curl as a job's script calls it: with a form's content type, as an upload in chunks, and offering HTTP/2.
import type { ClientReport, PushClient, PushRun } from '../push-client.ts';
import { runProgram, versionOf } from '../run-program.ts';
import { METHODS, pushUrl, TEXT_BODY, TEXT_QUANTILES } from '../text-body.ts';

const EVERYTHING = {
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: TEXT_QUANTILES,
  prepare: async () => (await versionOf('curl', 'Debian package curl')).split(' ')[1] ?? '',
} as const satisfies Partial<PushClient>;

export const CURL: PushClient = {
  ...EVERYTHING,
  id: 'curl',
  title: 'curl --data-binary',
  push: (run) => curl(['--request', METHODS[run.verb], '--data-binary', '@-'], run),
};

/** In chunks, without a content type, and waiting for "100 Continue". */
export const CURL_UPLOAD: PushClient = {
  ...EVERYTHING,
  id: 'curl-upload',
  title: 'curl --upload-file -',
  push: (run) => curl(['--request', METHODS[run.verb], '--upload-file', '-'], run),
};

/** Asks to go on in HTTP/2 with the headers of the push itself. */
export const CURL_HTTP2: PushClient = {
  ...EVERYTHING,
  id: 'curl-http2',
  title: 'curl --http2',
  push: (run) => curl(['--http2', '--request', METHODS[run.verb], '--data-binary', '@-'], run),
};

/** Without `--fail-with-body` curl would print the refusal and exit with 0. */
async function curl(args: readonly string[], run: PushRun): Promise<ClientReport> {
  const all = ['--silent', '--show-error', '--fail-with-body', '--max-time', '30', ...args, pushUrl(run)];
  const { code, stdout, stderr } = await runProgram('curl', all, { stdin: TEXT_BODY });
  return { ok: code === 0, error: stdout + stderr };
}
