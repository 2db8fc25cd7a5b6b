// prometheus_client of PyPI: the newest, also with its compressions, and the last of those that write a space of the path as "+".
import { fileURLToPath } from 'node:url';
import type { PushClient } from '../push-client.ts';
import { type PythonEnvironment, pythonEnvironment } from '../python-environment.ts';
import { readReport, runProgram } from '../run-program.ts';

const PROGRAM = fileURLToPath(new URL('program.py', import.meta.url));

const NEWEST = pythonEnvironment('python', ['prometheus_client==0.26.0', 'python-snappy==0.7.3']);
const OLDER = pythonEnvironment('python', ['prometheus_client==0.24.1']);

export const PYTHON: PushClient = pythonClient('python', 'Python prometheus_client', NEWEST);
export const PYTHON_GZIP: PushClient = {
  ...pythonClient('python-gzip', 'Python prometheus_client, gzip', NEWEST, '-gzip'),
};
export const PYTHON_SNAPPY: PushClient = {
  ...pythonClient('python-snappy', 'Python prometheus_client, snappy', NEWEST, '-snappy'),
  settings: { contentEncodings: ['gzip', 'snappy'] },
};
export const PYTHON_OLDER: PushClient = {
  ...pythonClient('python-older', 'Python prometheus_client before 0.25', OLDER),
  sendsSpaceAsPlus: true,
};

/** An interpreter with the newest of them; installed if it is not yet. */
export async function pythonWithClient(): Promise<string> {
  await NEWEST.install();
  return NEWEST.python;
}

/** `way` is put after the verb. */
function pythonClient(
  id: string,
  title: string,
  { python, install }: PythonEnvironment,
  way = '',
): PushClient {
  return {
    id,
    title,
    groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
    kinds: ['counter', 'gauge', 'histogram', 'summary'],
    shows: 'status',
    addedNames: [
      'clients_requests_created',
      'clients_duration_seconds_created',
      'clients_size_bytes_created',
    ],
    prepare: install,
    push: async ({ baseUrl, verb, job, grouping }) => {
      const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
      return readReport(await runProgram(python, [PROGRAM, baseUrl, verb + way, job, ...pairs]));
    },
  };
}
