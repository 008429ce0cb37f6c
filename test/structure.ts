import type { Import, Source } from './imports.ts'

/** The names of npm packages that a package.json declares, by the folder of that package.json: '' or 'functions/worker'. */
export type Packages = Record<string, { dependencies: string[]; devDependencies: string[] }>

/** Who alone may import a package. */
const importers: Record<string, string> = {
  ioredis: 'shared/redis.ts',
  'redis-smq': 'shared/jobs/smq.ts',
  'redis-smq-common': 'shared/jobs/smq.ts',
  vega: 'functions/worker/render.ts',
  'vega-lite': 'functions/worker/render.ts',
  'vega-interpreter': 'functions/worker/render.ts',
  canvas: 'functions/worker/render.ts',
  ajv: 'shared/validate.ts',
}

/** Who may read environment variables beside tests, scripts and benchmarks, and which. */
const environment: Record<string, string[] | 'all'> = {
  'shared/config.ts': 'all',
  // Vega takes the time zone of the process: the drawing process sets its own.
  'functions/worker/render.ts': ['TZ'],
}

/** Of shared/series, what talks to Redis; the rest is pure. */
const storeFiles =
  /^shared\/series\/(store|contract|append|chunks|parts|directory|retention|staging|commit|imports)\.ts$/

const keyNames = 'shared/keys.ts'
const keyPrefix = ['ky', ''].join(':')
const maxLines = 300

const isTest = (path: string) => path.startsWith('test/') || /\.test\.\w+$/.test(path)
const isProduct = (path: string) => /^(functions|shared)\//.test(path) && !isTest(path)
const isPure = (path: string) =>
  /^shared\/(schemas|analysis|series|import|text)\//.test(path) && !storeFiles.test(path) && !isTest(path)

/** What a pure module may not reach, however long the way. */
const impureFiles = /^shared\/((redis|config|log)\.ts$|http\/|jobs\/)/
const isImpure = (path: string) => impureFiles.test(path) || storeFiles.test(path)
const impurePackages =
  /^(node:(https?|http2|net|tls|dgram|dns|fs|child_process|cluster|worker_threads|process)|ioredis|redis-smq.*|pino|prom-client|@google-cloud\/functions-framework)$/

/**
 * `functions/points` for any file of that function, else the first folder; '' for a file that lies in none.
 * `functions` itself is the table of all functions, which imports each when it is asked for.
 */
function layer(path: string): string {
  return /^(functions\/[^/]+|[^/]+)\//.exec(path)?.[1] ?? ''
}

function flow({ path }: Source, { file }: Import): string | undefined {
  if (file === undefined || file === 'package.json') return undefined
  const [from, to] = [layer(path), layer(file)]
  if (file.startsWith('..')) return 'it lies outside of the repository'
  if (!/^(functions|shared)\b/.test(from) || from === to) return undefined
  if (from === 'functions' && to.startsWith('functions/')) return undefined
  if (isTest(path) && (to === 'test' || to === 'scripts')) return undefined
  if (from === 'shared') return 'shared/ imports only shared/ and packages'
  if (to.startsWith('functions')) return 'no function imports another'
  return to === 'shared' ? undefined : 'a function imports only itself, shared/ and packages'
}

function soleImporter({ path }: Source, { package: name = '' }: Import): string | undefined {
  const sole = importers[name]
  return sole !== undefined && sole !== path ? `only ${sole} imports ${name}` : undefined
}

/** A package must be declared where it is used, and at run time be no development tool: images leave those out. */
function declared({ path }: Source, { package: name = 'node:', typeOnly }: Import, packages: Packages) {
  if (name.startsWith('node:')) return undefined
  const places = Object.entries(packages).filter(([folder]) => folder === '' || path.startsWith(`${folder}/`))
  const inDependencies = places.some(([, { dependencies }]) => dependencies.includes(name))
  const inDevelopment = places.some(([, { devDependencies }]) =>
    devDependencies.some((known) => known === name || (typeOnly && known === `@types/${name}`)),
  )
  if (inDependencies) return undefined
  if (!inDevelopment) return 'no package.json that holds here declares it'
  return isProduct(path) && !typeOnly ? 'it is a development dependency, which images leave out' : undefined
}

/** The ways by which a pure module reaches the outside world: what it imports itself, and what that imports at run time. */
function* impureWays(start: Source, sources: Map<string, Source>): Generator<string> {
  const seen = new Set([start.path])
  const queue = [{ source: start, way: start.path }]
  for (const { source, way } of queue) {
    for (const { specifier, file, package: name, typeOnly } of source.imports) {
      if (typeOnly && source !== start) continue
      if (isImpure(file ?? '') || impurePackages.test(name ?? '')) yield `${way} imports ${specifier}`
      const next = file === undefined || typeOnly ? undefined : sources.get(file)
      if (!next || seen.has(next.path) || isImpure(next.path)) continue
      seen.add(next.path)
      queue.push({ source: next, way: `${way} imports ${next.path}, which` })
    }
  }
}

function* faultsOfFile(source: Source, sources: Map<string, Source>): Generator<string> {
  const { path } = source
  if (/(^|\/)utils?\.\w+$/.test(path)) yield `${path} is named for nothing that it does`
  if (source.lines > maxLines) yield `${path} has ${source.lines} lines: more than ${maxLines}`
  if (isProduct(path) && source.computedImport) yield `${path} imports something that is only known when it runs`

  const allowed = isProduct(path) ? (environment[path] ?? []) : 'all'
  for (const name of source.env) {
    if (allowed !== 'all' && !allowed.includes(name))
      yield `${path} reads process.env (${name}): only shared/config.ts does`
  }
  if (path !== keyNames && source.strings.some((text) => text.startsWith(keyPrefix))) {
    yield `${path} spells out a key (${keyPrefix}…): only ${keyNames} does`
  }
  if (isPure(path)) {
    for (const what of new Set(source.impure)) yield `${path} uses ${what}: it is pure`
    for (const way of impureWays(source, sources)) yield `${way}: ${path} is pure`
  }
}

/** Every breach of the import rules and of the house's other rules for source files, each in a sentence that names the file. */
export function structureFaults(list: Source[], packages: Packages): string[] {
  const sources = new Map(list.map((source) => [source.path, source]))
  const faults = list.flatMap((source) => [
    ...source.imports.flatMap((found) =>
      [flow(source, found), soleImporter(source, found), declared(source, found, packages)]
        .filter((why) => why !== undefined)
        .map((why) => `${source.path} imports ${found.specifier}: ${why}`),
    ),
    ...faultsOfFile(source, sources),
  ])
  return [...new Set(faults)]
}
