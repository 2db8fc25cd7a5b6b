// Stand-ins for the images that the Dockerfile begins with, if no registry of images can be reached: the same programs
// and libraries, from the packages of Debian that are installed here, and the Node that the tests run on.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from './programs.ts';

const LIBRARIES = ['libc6', 'libgcc-s1', 'libstdc++6', 'libatomic1'];
/** A shell and what the Dockerfile's build steps call, with the libraries of these. */
const TOOLS = [
  'dash',
  'coreutils',
  'findutils',
  'libselinux1',
  'libpcre2-8-0',
  'libacl1',
  'libattr1',
  'libgmp10',
];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const NOBODY = 65532;

/** Like `node:…-slim`: Node, npm, a shell. */
export function layOutNodeImage(root: string): void {
  copyPackages(root, ['base-files', ...LIBRARIES, ...TOOLS]);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  cpSync(process.execPath, join(root, 'usr/local/bin/node'));
  writeFileSync(join(root, 'usr/local/LICENSE'), 'The licence of Node.\n');
  const npm = dirname(dirname(realpathSync(findProgram('npm') ?? 'npm')));
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
}

/** Like distroless `base-nossl`: glibc, certificates, a user without rights, and neither a shell nor libstdc++. */
export function layOutBaseImage(root: string): void {
  copyPackages(root, ['base-files', 'libc6']);
  mkdirSync(join(root, dirname(CERTIFICATES)), { recursive: true });
  cpSync(CERTIFICATES, join(root, CERTIFICATES), { dereference: true });
  writeFileSync(join(root, 'etc/passwd'), `nonroot:x:${NOBODY}:${NOBODY}::/home/nonroot:/sbin/nologin\n`);
  writeFileSync(join(root, 'etc/group'), `nonroot:x:${NOBODY}:\n`);
}

function copyPackages(root: string, packages: readonly string[]): void {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['etc', 'tmp', 'proc', 'dev', 'usr/local/bin', 'usr/local/lib/node_modules'])
    mkdirSync(join(root, name), { recursive: true });
  const copy =
    'root=$1; shift; dpkg -L "$@" | grep ^/ | grep -v -e ^/usr/share/doc -e ^/usr/share/man | sort -u | ' +
    'tar --create --no-recursion --ignore-failed-read --files-from - | ' +
    'tar --extract --keep-directory-symlink --directory "$root"';
  execFileSync('sh', ['-e', '-c', copy, 'copy', root, ...packages], { stdio: ['ignore', 'ignore', 'pipe'] });
}
