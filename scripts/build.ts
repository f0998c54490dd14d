import { readFileSync } from 'node:fs'
import { build } from 'esbuild'

/**
 * Bundles the operator into one file, dist/larder.mjs: one file starts twice as fast as a tree of packages, and an image
 * needs nothing else.
 */
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/larder.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true,
  // One character beyond ASCII makes V8 keep two bytes for each of the bundle's five million.
  charset: 'ascii',
  sourcemap: false,
  legalComments: 'external',
  define: { LARDER_VERSION: JSON.stringify(version) },
  // Some packages are CommonJS and call require for node: modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as larderRequire } from 'node:module'; const require = larderRequire(import.meta.url);",
  },
})
