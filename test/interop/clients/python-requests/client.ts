// requests of PyPI, as scripts push with it that need no client library.
import { fileURLToPath } from 'node:url';
import type { PushClient } from '../push-client.ts';
import { pythonEnvironment } from '../python-environment.ts';
import { readReport, runProgram } from '../run-program.ts';
import { METHODS, TEXT_BODY, TEXT_QUANTILES } from '../text-body.ts';

const PROGRAM = fileURLToPath(new URL('program.py', import.meta.url));
const ENVIRONMENT = pythonEnvironment('python-requests', ['requests==2.34.2']);

export const PYTHON_REQUESTS: PushClient = {
  id: 'python-requests',
  title: 'Python requests',
  groupings: ['plain', 'slash', 'space', 'plus', 'utf8', 'empty'],
  kinds: ['counter', 'gauge', 'histogram', 'summary'],
  quantiles: TEXT_QUANTILES,
  shows: 'status',
  prepare: ENVIRONMENT.install,
  push: async ({ baseUrl, verb, job, grouping }) => {
    const pairs = Object.entries(grouping).map(([name, value]) => `${name}=${value}`);
    const args = [PROGRAM, baseUrl, METHODS[verb], job, ...pairs];
    return readReport(await runProgram(ENVIRONMENT.python, args, { stdin: TEXT_BODY }));
  },
};
