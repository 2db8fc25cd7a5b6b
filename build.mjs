// Bundles the program and its libraries into dist/: one file starts faster than a tree of packages.
// The development backend becomes a chunk of its own that only `sluice dev` loads.
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
// Built aside and put in place at the end, so that nothing that starts meanwhile finds half a program.
const fresh = at(`dist.${process.pid}`);

const { metafile } = await build({
  absWorkingDir: at('.'),
  entryPoints: { sluice: 'src/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  legalComments: 'none',
  metafile: true,
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // CommonJS libraries inside an ES module bundle still call require().
  banner: {
    js: "import { createRequire as sluiceRequire } from 'node:module'; const require = sluiceRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
cpSync(at('src/devbackend/proto'), `${fresh}/proto`, { recursive: true });
writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, licenses(Object.keys(metafile.inputs)));
rmSync(at('dist'), { recursive: true, force: true });
renameSync(fresh, at('dist'));

/** The licences of all packages that went into the bundle. */
function licenses(inputs) {
  // The last of them: two versions of a package lie in two folders.
  const found = inputs.map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const packages = [...new Set(found.filter((folder) => folder !== undefined))].sort();
  return packages.map(license).join(`\n${'-'.repeat(80)}\n\n`);
}

function license(path) {
  const folder = at(path);
  const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(`${folder}/${file}`, 'utf8')}`;
  return `${about.name} ${about.version} (${about.license})\n${text}`;
}
