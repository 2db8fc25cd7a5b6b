// Bundles the program and its libraries into dist/: one file starts faster than a tree of packages.
// The development backend becomes a chunk of its own that only `sluice dev` loads.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: { sluice: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  sourcemap: 'linked',
  legalComments: 'linked',
  define: { SLUICE_VERSION: JSON.stringify(version) },
  // CommonJS libraries inside an ES module bundle still call require().
  banner: {
    js: "import { createRequire as sluiceRequire } from 'node:module'; const require = sluiceRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
cpSync(new URL('src/devbackend/proto', import.meta.url), new URL('dist/proto', import.meta.url), {
  recursive: true,
});
