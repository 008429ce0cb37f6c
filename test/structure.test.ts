import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readSource } from './imports.ts'
import { type Packages, structureFaults } from './structure.ts'

const root = join(import.meta.dirname, '..')
const notOurs = new Set(['node_modules', '.git', '.tap', '.kymograph', 'coverage'])
const sourceFolders = /^(functions|shared|scripts|bench|test)\//
const isSource = (path: string) => sourceFolders.test(path) && /\.(ts|mjs|cjs|js)$/.test(path)

/** Every file of the repository, from its root. */
function* files(folder = ''): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (notOurs.has(entry.name) || entry.name.endsWith('.log')) continue
    if (entry.isDirectory()) yield* files(path)
    else if (entry.isFile()) yield path
  }
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')

function packagesOf(folder: string) {
  const manifest = JSON.parse(read(join(folder, 'package.json')))
  return {
    dependencies: Object.keys(manifest.dependencies ?? {}),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
  }
}

const packages: Packages = Object.fromEntries(
  ['', ...JSON.parse(read('package.json')).workspaces].map((folder: string) => [folder, packagesOf(folder)]),
)

// In pieces, or this file would be what it looks for.
const host = (...labels: string[]) => labels.join('\\.')
const forbidden: [pattern: RegExp, what: string][] = [
  [
    new RegExp(
      [
        host('registry', '(npmjs|yarnpkg)', '(org|com)'),
        host('(files', `${'python'}hosted|pypi)`, 'org'),
        host('(deb|security)', 'debian', 'org'),
        host('proxy', 'golang', 'org'),
        host('(index|static)', 'crates', 'io'),
        host('repo1?', 'maven', '(apache', ')?org'),
      ].join('|'),
    ),
    'the host of a package registry',
  ],
  [/(?<![\w.])\/(root|work|Users\/\w+|home\/(?!node\b)\w+)\/\w/, 'a path of one machine'],
]

/** What must not stand in any file of the repository. */
function textFaults(path: string, text: string): string[] {
  const found = forbidden.flatMap(([pattern, what]) => {
    const match = pattern.exec(text)
    return match ? [`${path} contains ${what}: ${match[0]}`] : []
  })
  if (path === 'package-lock.json') {
    const entries = Object.entries<{ resolved?: string }>(JSON.parse(text).packages)
    const withHost = entries.find(([, { resolved = '' }]) => resolved.includes('://'))
    if (withHost) found.push(`${path} says by which host ${withHost[0]} was resolved`)
  }
  return found
}

t.test('the repository keeps the rules of its structure', async (t) => {
  const sources = [...files()].filter(isSource).map((path) => readSource(path, read(path)))
  t.ok(sources.length > 10, `${sources.length} source files read`)
  t.strictSame(structureFaults(sources, packages), [])
})

t.test('no file names a registry or a machine', async (t) => {
  const texts = [...files()].map((path) => [path, read(path)] as const).filter(([, text]) => !text.includes('\0'))
  t.strictSame(
    texts.flatMap(([path, text]) => textFaults(path, text)),
    [],
  )
})

// That the tests above can fail: each rule against files made up for it, with a part of the sentence that must come out.
const samplePackages: Packages = {
  '': {
    dependencies: ['ioredis', 'pino', 'ajv', 'redis-smq'],
    devDependencies: ['json-schema-to-ts', 'tap', '@types/express'],
  },
  'functions/worker': { dependencies: ['vega', 'canvas', 'fonts'], devDependencies: [] },
}
const breaches: [name: string, files: Record<string, string>, fault: RegExp][] = [
  [
    'a function imports another',
    { 'functions/jobs/index.ts': "import { x } from '../points/index.ts'" },
    /^functions\/jobs\/index\.ts imports \.\.\/points\/index\.ts: no function imports another$/,
  ],
  [
    'a function imports the type of another',
    { 'functions/jobs/index.ts': "export type { X } from '../points/index.ts'" },
    /no function imports another/,
  ],
  [
    'a function imports another inside a type',
    { 'functions/jobs/index.ts': "let x: import('../points/index.ts').X" },
    /no function imports another/,
  ],
  [
    'a function imports another when it runs',
    { 'functions/jobs/index.ts': "const x = await import('../points/index.ts')" },
    /no function imports another/,
  ],
  [
    "a function's test imports another",
    { 'functions/jobs/a.test.ts': "import '../points/a.ts'" },
    /no function imports/,
  ],
  ['a function imports the table of all', { 'functions/jobs/a.ts': "import '../index.ts'" }, /no function imports/],
  ['a function imports scripts', { 'functions/jobs/index.ts': "import '../../scripts/dev.ts'" }, /imports only itself/],
  ['a function imports test helpers', { 'functions/jobs/a.ts': "import '../../test/local.ts'" }, /imports only itself/],
  ['shared imports a function', { 'shared/jobs.ts': "import '../functions/jobs/index.ts'" }, /shared\/ imports only/],
  [
    'shared requires a function',
    { 'shared/jobs.ts': "require('../functions/jobs/index.ts')" },
    /shared\/ imports only/,
  ],
  ['an import leaves the repository', { 'scripts/a.ts': "import '../../other/a.ts'" }, /outside of the repository/],
  ['an import is computed', { 'shared/kinds.ts': 'await import(`./' + '$' + '{name}.ts`)' }, /only known when it runs/],
  [
    'a second importer of ioredis',
    { 'shared/jobs.ts': "import { Redis } from 'ioredis'" },
    /only shared\/redis\.ts imports/,
  ],
  [
    'a second importer, of a subpath',
    { 'bench/a.ts': "import 'redis-smq/dist/a.js'" },
    /only shared\/jobs\/smq\.ts imports/,
  ],
  [
    "a package of the worker's outside of it",
    { 'shared/fonts.ts': "import 'fonts/regular.css'" },
    /no package\.json that holds here/,
  ],
  [
    'vega in the wrong file',
    { 'functions/worker/run.ts': "import 'vega'" },
    /only functions\/worker\/render\.ts imports/,
  ],
  ['an undeclared package', { 'shared/a.ts': "import 'left-pad'" }, /declares it/],
  ['a development dependency in the product', { 'shared/a.ts': "import 'json-schema-to-ts'" }, /images leave out/],
  ['the environment', { 'shared/a.ts': 'export const x = process.env.X' }, /reads process\.env \(X\)/],
  ['the environment by brackets', { 'shared/a.ts': "globalThis.process['env']['X']" }, /process\.env \(X\)/],
  ['part of the environment taken apart', { 'shared/a.ts': 'const { HOME } = process.env' }, /process\.env \(HOME\)/],
  ['the whole environment', { 'functions/jobs/a.ts': 'start(process.env)' }, /process\.env \(\*\)/],
  ['the environment taken apart', { 'shared/a.ts': 'const { env } = process' }, /process\.env \(\*\)/],
  ['the environment imported', { 'shared/a.ts': "import { env } from 'node:process'" }, /process\.env \(\*\)/],
  [
    'more of the environment than is excepted',
    { 'functions/worker/render.ts': "process.env.TZ = 'UTC'; process.env.HOME" },
    /^functions\/worker\/render\.ts reads process\.env \(HOME\)/,
  ],
  ['a key spelled out', { 'functions/jobs/a.ts': `redis.get('${'ky'}:jobs')` }, /spells out a key/],
  ['a key spelled out by a template', { 'shared/a.ts': `f(\`${'ky'}:\${id}\`)` }, /spells out a key/],
  ['a file called utils', { 'shared/utils.ts': '' }, /named for nothing/],
  ['a long file', { 'bench/long.ts': 'f()\n'.repeat(301) }, /301 lines/],
  ['a pure module reads files', { 'shared/series/chunk.ts': "import 'node:fs/promises'" }, /chunk\.ts is pure/],
  ['a pure module knows Redis', { 'shared/series/a.ts': "import type { R } from '../redis.ts'" }, /is pure/],
  [
    'a pure module reaches the log by another',
    {
      'shared/analysis/a.ts': "import { b } from '../b.ts'",
      'shared/b.ts': "import './c.ts'",
      'shared/c.ts': "import { log } from './log.ts'",
    },
    /^shared\/analysis\/a\.ts imports shared\/b\.ts, which imports shared\/c\.ts, which imports \.\/log\.ts/,
  ],
  ['a pure module reads the clock', { 'shared/analysis/a.ts': 'const now = Date.now()' }, /uses Date\.now\(\)/],
  ['a pure module reads the date', { 'shared/schemas/a.ts': 'new Date()' }, /uses new Date\(\)/],
  ['a pure module logs', { 'shared/analysis/a.ts': "console.log('x')" }, /uses console\.log/],
]

for (const [name, files, fault] of breaches) {
  t.test(`found: ${name}`, async (t) => {
    const sources = Object.entries(files).map(([path, text]) => readSource(path, text))
    const faults = structureFaults(sources, samplePackages)
    t.equal(faults.length, 1, faults.join('\n'))
    t.match(faults[0], fault)
  })
}

const allowed: [name: string, files: Record<string, string>][] = [
  ['the table of the functions', { 'functions/index.ts': "const jobs = () => import('./jobs/index.ts')" }],
  ['a file of a known package', { 'functions/worker/a.ts': `import.meta.resolve(\`fonts/$\{weight}.ttf\`)` }],
  [
    'a function imports shared, itself and Node',
    { 'functions/jobs/a.ts': "import 'node:fs'; import '../../shared/b.ts'; import './c.ts'" },
  ],
  [
    'a test beside a function uses the test helpers',
    { 'functions/jobs/a.test.ts': "import t from 'tap'; import '../../test/local.ts'" },
  ],
  [
    'scripts and tests import all functions',
    { 'scripts/dev.ts': "import '../functions/jobs/index.ts'; process.env.X" },
  ],
  [
    'the sole importers',
    { 'shared/redis.ts': "import 'ioredis'", 'functions/worker/render.ts': "import 'vega'; process.env.TZ" },
  ],
  [
    'types of a development dependency',
    {
      'shared/schemas/a.ts':
        "import type { A } from 'json-schema-to-ts'; import type { B } from 'express'; new Date(0)",
    },
  ],
  ['what only looks like an import', { 'shared/a.ts': "// import '../functions/jobs/a.ts'\nconst s = \"import 'x'\"" }],
  [
    'the store is not pure, keys name keys',
    { 'shared/series/store.ts': "import '../redis.ts'", 'shared/keys.ts': `'${'ky'}:a'` },
  ],
]

for (const [name, files] of allowed) {
  t.test(`allowed: ${name}`, async (t) => {
    const sources = Object.entries(files).map(([path, text]) => readSource(path, text))
    t.strictSame(structureFaults(sources, samplePackages), [])
  })
}

t.test('found: hosts and machines', async (t) => {
  const registry = ['registry', 'npmjs', 'org'].join('.')
  t.match(textFaults('.npmrc', `registry=https://${registry}/`), [/^\.npmrc contains the host of a package registry/])
  t.match(textFaults('a.md', ['see ', 'root', 'notes'].join('/')), [/^a\.md contains a path of one machine/])
  const lock = {
    packages: { 'node_modules/a': { resolved: 'https://host.example/a.tgz' }, b: { resolved: 'functions/b' } },
  }
  t.match(textFaults('package-lock.json', JSON.stringify(lock)), [/by which host node_modules\/a was/])
  t.strictSame(textFaults('Dockerfile', 'WORKDIR /home/node/app\nCOPY shared/ /app/shared/'), [])
})
