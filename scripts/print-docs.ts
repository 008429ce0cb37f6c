import { readFile, writeFile } from 'node:fs/promises'
import { loadAll } from '../functions/local.ts'
import { faultTable } from '../shared/fsck/faults.ts'
import { commonRoutes } from '../shared/http/common.ts'
import { openApi } from '../shared/http/openapi.ts'
import { problemTable } from '../shared/problems.ts'
import { settingsSchema } from '../shared/schemas/settings.ts'
import { version } from '../shared/version.ts'
import { crashPoints } from '../test/crash/points.ts'
import { examples } from '../test/plots/examples.ts'

const openApiDocument = async () => {
  const definitions = (await loadAll()).filter(({ name }) => name !== 'worker')
  return `${JSON.stringify(openApi([...definitions, { name: 'kymograph', routes: commonRoutes as never }], version), null, 2)}\n`
}

interface Setting {
  type?: string
  default?: unknown
  secret?: boolean
  minimum?: number
  maximum?: number
  enum?: readonly string[]
  description: string
}

function configuration(): string {
  const rows = Object.entries(settingsSchema.properties as Record<string, Setting>).map(([name, setting]) => {
    const { type, enum: values, minimum, maximum, default: preset, secret, description } = setting
    const bounds = [minimum === undefined ? '' : `≥ ${minimum}`, maximum === undefined ? '' : `≤ ${maximum}`].filter(
      Boolean,
    )
    const form = values ? values.map((v) => `\`${v}\``).join(', ') : [type, ...bounds].join(', ')
    const shown = preset === undefined || preset === '' ? '' : `\`${preset}\``
    return `| \`${name}\` | ${form} | ${shown} | ${secret ? 'Secret' : 'ConfigMap'} | ${description} |`
  })
  return `# Configuration

Every function reads the same settings from its environment. All faults are reported at once, and a function that has
one does not start. This page is printed from \`shared/schemas/settings.ts\` by \`npm run docs\`.

| setting | form | default | stands in | meaning |
|---|---|---|---|---|
${rows.join('\n')}

The SHA-256 of a key for \`API_KEYS\` is what \`printf %s "$KEY" | sha256sum\` prints.
`
}

function problems(): string {
  const rows = Object.entries(problemTable).map(([code, [status, title]]) => `| \`${code}\` | ${status} | ${title} |`)
  return `# Problems

Every error is an \`application/problem+json\` document (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\` and
\`instance\`; errors of the input also have \`errors\`, each with the \`pointer\`, \`line\` or \`parameter\` where it is and a
\`detail\` that says what would be right. The \`type\` is \`urn:kymograph:problem:\` and the code. A 503 carries
\`Retry-After\`: the same request may be sent again. This page is printed from \`shared/problems.ts\` by \`npm run docs\`.

| code | status | title |
|---|---|---|
${rows.join('\n')}
`
}

function plots(): string {
  const entries = examples.map(({ name, shows, series, params = {} }) => {
    const names = series.map((one) => one.name)
    const body = { kind: 'plot', series: names.length === 1 ? names[0] : names, params }
    return `## ${name}

${shows[0]!.toUpperCase()}${shows.slice(1)}.

![${name}](../test/plots/${name}.svg)

<details><summary>the job</summary>

\`\`\`json
${JSON.stringify(body, null, 2)}
\`\`\`

</details>
`
  })
  return `# What plots look like

Each picture is drawn by the tests from public data (those called made-up excepted) and compared with the one that was
reviewed, byte for byte; \`test/plots/\` has them all, and beside each the chart for a terminal. The parameters are
explained in the [manual](user.md#plot). This page is printed from \`test/plots/examples.ts\` by \`npm run docs\`.

${entries.join('\n')}`
}

function faults(): string {
  const rows = Object.entries(faultTable).map(
    ([code, [severity, meaning, mending]]) => `| \`${code}\` | ${severity} | ${meaning} | ${mending || '–'} |`,
  )
  return `# What may be wrong in Redis

\`scripts/fsck\` finds these; [operations.md](operations.md#looking-for-faults) says how it is run. *Damage*: something that was
acknowledged can’t be read, is not found, or would never end. *Leftover*: it belongs to nothing, would stay for good, and
costs memory. *Unfinished*: it is under way, and a finding only with \`--at-rest\`. *Note*: known and harmless; notes alone
are no reason for the exit code 1. This page is printed from \`shared/fsck/faults.ts\` by \`npm run docs\`.

| code | what it is | what is wrong | what \`--repair\` does |
|---|---|---|---|
${rows.join('\n')}
`
}

function crashes(): string {
  const rows = Object.entries(crashPoints).map(([name, [where, then]]) => `| ${name} | ${where} | ${then} |`)
  return `# Crash points

Each of these is done to real processes, with a real Redis, by the test of its name in \`test/crash/\`. At the end of each every
job that was accepted has ended once, with one result or one error, and \`scripts/fsck --at-rest\` finds nothing, but where it is said.
*Before* and *after* a script of \`redis/scripts/\`: the connection is stopped when its command was sent and not run, or when it
was run and not answered. This page is printed from \`test/crash/points.ts\` by \`npm run docs\`.

| point | what happens | what becomes of it |
|---|---|---|
${rows.join('\n')}
`
}

/** What is printed from the code, by file. */
export const printed: Record<string, () => string | Promise<string>> = {
  'docs/openapi.json': openApiDocument,
  'docs/configuration.md': configuration,
  'docs/problems.md': problems,
  'docs/plots.md': plots,
  'docs/fsck.md': faults,
  'docs/crash-points.md': crashes,
}

export const fileOf = (path: string) => new URL(`../${path}`, import.meta.url)

if (import.meta.main) {
  for (const [path, print] of Object.entries(printed)) {
    const text = await print()
    const old = await readFile(fileOf(path), 'utf8').catch(() => '')
    if (old !== text) await writeFile(fileOf(path), text)
    process.stdout.write(`${path} ${old === text ? 'is up to date' : 'was printed'}\n`)
  }
}
