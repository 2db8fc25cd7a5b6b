// A virtual environment of Python with packages of exact versions, made once and then found again.
import { join } from 'node:path';
import { build, cacheFolder, versionOf } from './run-program.ts';

export interface PythonEnvironment {
  /** Of the interpreter; works once `install` has. */
  readonly python: string;
  /** Returns the installed version of the first package. */
  install(): Promise<string>;
}

const PRINT_VERSIONS = `
import importlib.metadata, sys
for name in sys.argv[1:]:
    print(f"{name}=={importlib.metadata.version(name)}")
`;

/** With packages of PyPI, each as `name==version`. */
export function pythonEnvironment(id: string, packages: readonly string[]): PythonEnvironment {
  const environment = join(cacheFolder(id), packages.join(','));
  const python = join(environment, 'bin', 'python');
  const names = packages.map((one) => one.split('==')[0]!);
  const isInstalled = async () => {
    const printed = await build(python, ['-c', PRINT_VERSIONS, ...names]).catch(() => '');
    return printed === packages.map((one) => `${one}\n`).join('');
  };
  const install = async () => {
    if (!(await isInstalled())) {
      await versionOf('python3', 'python3-venv');
      await build('python3', ['-m', 'venv', '--clear', environment]);
      const quietly = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await build(python, ['-m', 'pip', 'install', ...quietly, ...packages]);
      if (!(await isInstalled()))
        throw new Error(`Cannot install ${packages.join(' and ')}: expected exactly these, found others`);
    }
    return packages[0]!.split('==')[1]!;
  };
  return { python, install };
}
