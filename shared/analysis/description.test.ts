import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { Points } from '../series/points.ts'
import { type Description, describeSeries, type TrendUnit } from './description.ts'

type Figures = { [name: string]: number | null | Figures }

interface Case {
  file: string
  where: [string, string] | null
  time: string
  value: string
  per: TrendUnit
  /** What is done to the values; their figures were computed by rational numbers then. */
  change?: string
  figures: Figures
}

const folder = new URL('../../test/', import.meta.url)
const { default: cases } = (await import(new URL('reference/describe.json', folder).href, {
  with: { type: 'json' },
})) as { default: Case[] }

const changes: Record<string, (value: number) => number> = {
  'plus 1e9': (value) => value + 1e9,
  'plus 1e15': (value) => value + 1e15,
  'times 2^1000': (value) => value * 2 ** 1000,
  'times 2^-1000': (value) => value * 2 ** -1000,
}

function read({ file, where, time, value, change }: Case): Points {
  const ours = new URL(`data/${file}`, folder)
  const path = existsSync(ours) ? ours : new URL(`../node_modules/vega-datasets/data/${file}`, folder)
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  const names = header!.split(',')
  const rows = lines.map((line) => line.split(','))
  const cell = (row: string[], name: string) => row[names.indexOf(name)]!
  const kept = rows.filter((row) => cell(row, value) !== '' && (!where || cell(row, where[0]) === where[1]))
  const changed = change ? changes[change]! : (value: number) => value
  return {
    timestamps: Float64Array.from(kept, (row) =>
      Date.parse(cell(row, time).includes('T') ? `${cell(row, time)}Z` : cell(row, time)),
    ),
    values: Float64Array.from(kept, (row) => changed(Number(cell(row, value)))),
  }
}

/** A description's figures by the names that the reference has. */
const figuresOf = ({ min, max, step, ...rest }: Description): Figures => ({
  ...(rest as unknown as Figures),
  ...{ min: min!.value, minAt: Date.parse(min!.timestamp), max: max!.value, maxAt: Date.parse(max!.timestamp) },
  stepMs: step!.ms,
})

const isNear = (a: unknown, b: unknown, digits: number) =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= digits * Math.abs(b))

for (const one of cases) {
  const { file, where, value, per, change, figures } = one
  const name = [file, where?.[1], value, change].filter(Boolean).join(', ')
  t.test(`as ${change ? 'rational numbers' : 'pandas and SciPy'} say: ${name}`, async (t) => {
    const quantiles = [0, 1, 5, 25, 50, 75, 95, 99, 99.9, 100]
    const points = read(one)
    const found = figuresOf(describeSeries({ name, labels: {}, points }, { tz: 'UTC', quantiles, per }))
    const compare = (found: Figures, wanted: Figures, path: string) => {
      for (const [figure, wantedOf] of Object.entries(wanted)) {
        const foundOf = found[figure]
        if (typeof wantedOf === 'object' && wantedOf !== null) compare(foundOf as Figures, wantedOf, `${figure}.`)
        else t.ok(isNear(foundOf, wantedOf, 1e-9), `${path}${figure} is ${foundOf}, the reference has ${wantedOf}`)
      }
    }
    compare(found, figures, '')
  })
}

t.test('there are cases', async (t) => {
  t.ok(cases.length > 15)
})
