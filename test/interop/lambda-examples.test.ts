// The examples for AWS: templates as their own tools read them, functions as Lambda runs them, next to a Sluice.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { startReceiver } from '../support/delivery-setup.ts';
import { RunningSluice } from '../support/running-sluice.ts';
import { itAfter } from './support/it-after.ts';

const EXAMPLES = fileURLToPath(new URL('../../lambda/examples/', import.meta.url));
const TOOLS = fileURLToPath(new URL('../../node_modules/.cache/sluice-lambda-tools/', import.meta.url));
const PACKAGES = ['cfn-lint==1.58.0', 'python-hcl2==8.1.4'];
const run = promisify(execFile);

/** Prints the file as JSON; fails with the problem if it is not HCL. */
const HCL_AS_JSON = 'import hcl2, json, sys; print(json.dumps(hcl2.load(open(sys.argv[1]))))';

const itWithTools = itAfter(async () => {
  if (existsSync(join(TOOLS, 'bin/cfn-lint'))) return;
  mkdirSync(TOOLS, { recursive: true });
  execFileSync('python3', ['-m', 'venv', TOOLS], { stdio: 'pipe' });
  execFileSync(join(TOOLS, 'bin/pip'), ['install', '--quiet', ...PACKAGES], { stdio: 'pipe' });
});

describe('the templates', () => {
  itWithTools('CloudFormation’s linter finds nothing wrong with that of SAM', async () => {
    const { stdout } = await run(join(TOOLS, 'bin/cfn-lint'), [join(EXAMPLES, 'sam/template.yaml')]);
    expect(stdout).toBe('');
  });

  itWithTools('that of Terraform can be read, and hands the function its layer', async () => {
    const { stdout } = await run(join(TOOLS, 'bin/python'), [
      '-c',
      HCL_AS_JSON,
      join(EXAMPLES, 'terraform/main.tf'),
    ]);
    expect(Object.keys(JSON.parse(stdout))).toEqual(
      expect.arrayContaining(['terraform', 'variable', 'resource']),
    );
    expect(stdout).toContain('aws_lambda_layer_version.sluice.arn');
  });

  itWithTools('name layers that the build makes, and functions that are there', async () => {
    const sam = readFileSync(join(EXAMPLES, 'sam/template.yaml'), 'utf8');
    const terraform = readFileSync(join(EXAMPLES, 'terraform/main.tf'), 'utf8');
    const layers = [...`${sam}${terraform}`.matchAll(/out\/sluice-lambda-(\w+)\.zip/g)].map(
      ([, name]) => name,
    );
    expect(new Set(layers)).toEqual(new Set(['arm64', 'node']));
    const folders = [...`${sam}${terraform}`.matchAll(/\.\.\/functions\/(\w+)/g)].map(([, name]) => name!);
    expect(new Set(folders)).toEqual(new Set(['python', 'node']));
    for (const folder of folders) expect(existsSync(join(EXAMPLES, 'functions', folder))).toBe(true);
  });
});

describe('the functions', () => {
  const EVENT = '{"Records":[1,2,3]}';
  const handlers = {
    node: [
      process.execPath,
      '-e',
      `import('./index.mjs').then(async (m) => console.log(JSON.stringify(await m.handler(${EVENT}))))`,
    ],
    python: [
      'python3',
      '-c',
      `import index, json; print(json.dumps(index.handler(json.loads('${EVENT}'), None)))`,
    ],
  } as const;

  for (const [folder, [program, ...args]] of Object.entries(handlers)) {
    const invoke = async (gateway: string) => {
      // Python's cache would become a part of what is deployed from that folder.
      const env = {
        PATH: process.env.PATH ?? '',
        PYTHONDONTWRITEBYTECODE: '1',
        PUSHGATEWAY_URL: gateway,
      };
      const { stdout, stderr } = await run(program, args, { cwd: join(EXAMPLES, 'functions', folder), env });
      // CloudWatch has both.
      return `${stderr}${stdout}`.trim().split('\n');
    };

    itWithTools(`that in ${folder} pushes, and the backend has it when it is done`, async () => {
      const receiver = await startReceiver();
      const env = {
        LISTEN_ADDRESS: '127.0.0.1:0',
        ACKNOWLEDGE: 'delivered',
        REMOTE_WRITE_URL: receiver.url(),
      };
      const sluice = await RunningSluice.start([], { env });
      expect(JSON.parse((await invoke(`http://${sluice.address}/pushgateway`)).join())).toEqual({
        orders: 3,
      });
      expect(receiver.deliveredValues[0]).toBe(3);
      expect(receiver.deliveredValues).toHaveLength(2);
    });

    itWithTools(`that in ${folder} does its work if no Sluice takes pushes`, async () => {
      const lines = await invoke('http://127.0.0.1:9/pushgateway');
      expect(lines[0]).toContain('metrics not pushed: ');
      expect(JSON.parse(lines.at(-1)!)).toEqual({ orders: 3 });
    });
  }
});
