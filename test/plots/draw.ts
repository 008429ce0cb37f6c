import { deepEqual } from 'node:assert'
import type { SeriesInput } from '../../shared/analysis/kind.ts'
import { type PlotData, type PlotParams, plot } from '../../shared/analysis/plot.ts'
import type { Points } from '../../shared/series/points.ts'

export const hour = 3_600_000
export const start = Date.UTC(2024, 0, 1)

export const points = (count: number, value: (i: number) => number, step = hour, from = start): Points => ({
  timestamps: Float64Array.from({ length: count }, (_, i) => from + i * step),
  values: Float64Array.from({ length: count }, (_, i) => value(i)),
})

export const without = ({ timestamps, values }: Points, ...gone: number[]): Points => ({
  timestamps: timestamps.filter((_, i) => !gone.includes(i)),
  values: values.filter((_, i) => !gone.includes(i)),
})

export const oneSeries = (name: string, of: Points, more: Partial<SeriesInput> = {}): SeriesInput => ({
  name,
  labels: {},
  points: of,
  ...more,
})

const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }

interface Chart {
  title: { text: string[]; subtitle?: string[] }
  width: number
  height: number
  background: string
  data: { values: Record<string, number | string | boolean>[] }
  encoding: {
    x: { scale: { type: string; domain: { expr: string } }; axis: { title: string } }
    y: { scale: { domain: [number, number] }; axis: { title: string | null } }
    color?: { scale: { domain: string[]; range: string[] }; legend: { columns: number; values?: string[] } }
    detail?: { field: string }
  }
  layer: { mark: { type: string; interpolate?: string }; encoding?: Record<string, { scale: { range: unknown[] } }> }[]
}

/** Draws series by the plot kind, as a job does, for tests that look at the specification. */
export function draw(
  series: SeriesInput | SeriesInput[],
  params: Partial<PlotParams> = {},
  range: { from?: number; to?: number } = {},
) {
  const output = plot.run({ series: [series].flat(), params: { ...defaults, ...params }, ...range })
  // Charts are stored and sent as JSON: nothing in them may get lost on the way.
  const chart = JSON.parse(JSON.stringify(output.chart)) as Chart
  // Loosely, since JSON has one zero where a double has two.
  deepEqual(chart, output.chart)
  return { chart, data: output.data as PlotData, alt: output.alt, rows: chart.data.values }
}
