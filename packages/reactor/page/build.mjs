/** Bundles the live page into dist/page: index.html, page.css and page.js, which refer to nothing outside themselves. */
import { copyFile, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const page = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../dist/page/', import.meta.url));
const uplot = fileURLToPath(new URL('../node_modules/uplot/', import.meta.url));

await build({
  entryPoints: [
    { in: `${page}main.ts`, out: 'page' },
    { in: `${page}page.css`, out: 'page' },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
  legalComments: 'none',
  // uPlot's licence asks that it goes with every copy.
  banner: { js: `/*! Contains uPlot:\n${await readFile(`${uplot}LICENSE`, 'utf8')}*/` },
  logLevel: 'warning',
});
await copyFile(`${page}index.html`, `${out}index.html`);
