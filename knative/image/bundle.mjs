/**
 * Bundles each program of functions/ into one file, which starts in half the time that its hundreds of modules take. The
 * sources stay what runs everywhere else. Run where the image will have them: the bundles name files by their full path.
 *
 *   node bundle.mjs ROOT OUT PROGRAM…   such as functions/main.ts
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const [root, out, ...programs] = process.argv.slice(2).map((path, index) => (index < 2 ? resolve(path) : path))

// canvas is native, redis-smq could use @redis/client if it were here, and only one image has what draws.
const { dependencies } = JSON.parse(await readFile(join(root, 'functions/worker/package.json'), 'utf8'))
const missing = Object.keys(dependencies).filter((name) => !existsSync(join(root, 'node_modules', name)))
const external = ['canvas', '@redis/client', ...missing]

/** Programs that are started by their path, such as the process that draws: they get bundles of their own. */
const started = new Set()

const bundleOf = (program) => join(out, relative(root, program)).replace(/\.ts$/, '.js')
const urlOf = (path) => JSON.stringify(pathToFileURL(path).href)

/** A module keeps finding its files by its own address, and what it requires is bundled too. */
const ownModules = {
  name: 'own-modules',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined
      const text = await readFile(path, 'utf8')
      const contents = text
        .replace(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g, (_, program) => {
          const file = resolve(dirname(path), program)
          started.add(file)
          return `new URL(${urlOf(bundleOf(file))})`
        })
        .replace(/const require = createRequire\(import\.meta\.url\)/, '')
        .replaceAll('import.meta.url', urlOf(path))
      return { contents, loader: 'ts' }
    })
  },
}

/** redis-smq looks for its Lua scripts beside the file that asks, which it reads off a stack trace. */
const redisSmq = {
  name: 'redis-smq',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/redis-smq(-common)?\/dist\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      return { contents: text.replace(/[\w.]+\.getCurrentDir\(\)/g, JSON.stringify(dirname(path))), loader: 'js' }
    })
  },
}

/**
 * Node's own modules are required: importing one reads all that it exports, and so loads what hides behind getters, such
 * as the whole of undici behind node:http.
 */
const nodeModules = {
  name: 'node-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === 'required' ? { path, external: true } : { path, namespace: 'required' },
    )
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}

const banner = `import { createRequire as createRequireOfBundle } from 'node:module'
const require = createRequireOfBundle(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname`

async function bundle(entryPoints) {
  const known = new Set(started)
  await build({
    entryPoints,
    outdir: out,
    outbase: root,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external,
    banner: { js: banner },
    plugins: [ownModules, redisSmq, nodeModules],
    legalComments: 'none',
    logLevel: 'warning',
  })
  const more = [...started].filter((program) => !known.has(program))
  if (more.length > 0) await bundle(more)
}

await bundle(programs.map((program) => join(root, program)))
