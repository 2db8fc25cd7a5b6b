// Bundles the program and its libraries into dist/: one file starts faster than a tree of packages.
// The development backend becomes a separate chunk that only `sluice dev` loads. The Lambda extension is one CommonJS
// file, since only a script can be given a code cache of our own (lambda/start/run-bundle.cjs).
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, ROOT));
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
// Built in another folder and moved at the end, so that a program that starts during the build never finds half a bundle.
const fresh = at(`dist.${process.pid}`);

const common = {
  absWorkingDir: at('.'),
  outdir: fresh,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Names stay, so that a stack trace names functions; the libraries' comments and layout cost time at every start.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  metafile: true,
  plugins: [connectionsOfUndici(), withoutHttp2()],
  define: { SLUICE_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};
const command = await build({
  ...common,
  entryPoints: { sluice: 'src/main.ts' },
  splitting: true,
  format: 'esm',
  // CommonJS libraries inside an ES module bundle still call require().
  banner: {
    js: "import { createRequire as sluiceRequire } from 'node:module'; const require = sluiceRequire(import.meta.url);",
  },
});
const inputs = Object.keys(command.metafile.inputs);
if (existsSync(at('src/lambda/main.ts'))) inputs.push(...(await buildExtension()));
cpSync(at('src/devbackend/proto'), `${fresh}/proto`, { recursive: true });
writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, licenses(inputs));
rmSync(at('dist'), { recursive: true, force: true });
renameSync(fresh, at('dist'));

/** `dist/lambda.cjs`, and `dist/lambda.js` for `node`, which takes a module for granted here. Returns what went in. */
async function buildExtension() {
  const { metafile } = await build({
    ...common,
    entryPoints: { lambda: 'src/lambda/main.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // A script cannot import dynamically.
    supported: { 'dynamic-import': false },
    // With the version written in, nothing asks where the file is.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  writeFileSync(`${fresh}/lambda.js`, "import './lambda.cjs';\n");
  return Object.keys(metafile.inputs);
}

/** Of undici only its connections: its index also loads fetch, web sockets, caches and mocks, half of the bundle. */
function connectionsOfUndici() {
  const contents = `
    import api from 'undici/lib/api/index.js';
    import Client from 'undici/lib/dispatcher/client.js';
    import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
    import Pool from 'undici/lib/dispatcher/pool.js';
    Object.assign(Dispatcher.prototype, api);
    export { Client, Pool };`;
  return inPlaceOf('undici', contents);
}

/** Sluice never uses HTTP/2, and loading it costs a tenth of the start. undici works without it. */
function withoutHttp2() {
  return inPlaceOf('node:http2', 'module.exports = { constants: {} };');
}

function inPlaceOf(name, contents) {
  return {
    name: `in place of ${name}`,
    setup(bundler) {
      bundler.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
      bundler.onLoad({ filter: /^/, namespace: name }, () => ({ contents, resolveDir: at('.') }));
    },
  };
}

/** The licences of all packages that went into the bundle. */
function licenses(inputs) {
  // The last node_modules of a path: two versions of a package are in two folders.
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
