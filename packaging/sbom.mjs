// Writes the bill of materials of the bundle in dist/ as CycloneDX 1.5: `node packaging/sbom.mjs FILE`.
// The bundle hides its packages from scanners. Which they are is read from its file of licences; hashes are in the lock file.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, ROOT));
const readJson = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const locked = readJson('package-lock.json').packages;

const [file] = process.argv.slice(2);
if (file === undefined)
  throw new Error('Cannot write the bill of materials: expected a file name, found none');
writeFileSync(file, `${JSON.stringify(billOfMaterials(), null, 2)}\n`);

/** Without a time and a random number, so that the same sources make the same file for every platform. */
function billOfMaterials() {
  const { name, version, description } = readJson('package.json');
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', ...npmPackage(name, version), description, ...licensed('') },
    },
    components: [...bundledFolders().map(library), node()],
  };
}

/** The packages that the bundle has code of, by their folders in the lock file. */
function bundledFolders() {
  const licences = readFileSync(at('dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  const headings = licences.matchAll(/(?:^|-{80}\n\n)(\S+) (\d\S*) \(.*\)\n/g);
  return [...headings].map(([, name, version]) => folderOf(name, version)).sort();
}

function folderOf(name, version) {
  const folder = Object.keys(locked).find(
    (path) => path.endsWith(`node_modules/${name}`) && locked[path].version === version,
  );
  if (folder !== undefined) return folder;
  throw new Error(
    `Cannot write the bill of materials: expected ${name} ${version} in the lock file, found none`,
  );
}

function library(folder) {
  const name = folder.replace(/^.*node_modules\//, '');
  const { version, integrity } = locked[folder];
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const hashes = [{ alg: 'SHA-512', content }];
  return { type: 'library', ...npmPackage(name, version), ...licensed(folder), hashes };
}

function npmPackage(name, version) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { 'bom-ref': purl, name, version, purl };
}

function licensed(folder) {
  const { license } = locked[folder];
  return license === undefined ? {} : { licenses: [{ expression: license }] };
}

/** The runtime that runs the bundle, which is the Node that runs this script, and the libraries that are built into it. */
function node() {
  const { node: version, ...parts } = process.versions;
  const numbers = Object.entries(parts).filter(([, part]) => /^\d+\.\d+\./.test(part));
  return {
    type: 'platform',
    ...generic('node', version),
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
    components: numbers.map(([name, part]) => ({ type: 'library', ...generic(name, part) })),
  };
}

function generic(name, version) {
  const purl = `pkg:generic/${name}@${version}`;
  return { 'bom-ref': purl, name, version, purl };
}
