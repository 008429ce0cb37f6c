import type { InputError } from '../problems.ts'
import { parseEvery } from '../series/every.ts'
import { parseTime } from '../time.ts'
import { nearest, unknownName } from '../validate.ts'
import type { KindContext } from './kind.ts'
import { type FullPlotParams, isTimeMark, type PlotParams, plotDefaults, type Reference } from './plot-params.ts'

type Mark = FullPlotParams['mark']

/** Members that only some marks have. */
const owners: Partial<Record<keyof FullPlotParams, Mark[]>> = {
  bins: ['histogram'],
  binWidth: ['histogram'],
  percent: ['histogram'],
  by: ['heatmap', 'box'],
  aggregate: ['heatmap'],
  every: ['candlestick'],
  candles: ['candlestick'],
}
const overTime = ['panels', 'columns', 'overlay', 'right', 'rightTitle'] as const

/** What `by` may be. */
export const heatmapGrids = ['hour-weekday', 'day-month', 'calendar'] as const
export const boxGroups = ['hour', 'weekday', 'month', 'year'] as const

/** Members that say as much as nothing when they have this value. */
const idle: Partial<FullPlotParams> = { percent: false, aggregate: 'mean', panels: 'none', right: 'unit' }

/**
 * What is wrong with the parameters of a plot although each is valid by itself: pointers are those of the job. Times of
 * references become Unix milliseconds, in place.
 */
export function resolvePlot(given: PlotParams, context: KindContext): InputError[] {
  const params: FullPlotParams = { ...plotDefaults, ...given }
  return [
    ...membersOfOtherMarks(params),
    ...combinations(params, context.series),
    ...rightSeries(params, context.series),
    ...candleSeries(params, context.series),
    ...params.references.flatMap((reference, i) =>
      referenceFaults(reference, `/params/references/${i}`, params, context),
    ),
  ]
}

const list = (words: readonly string[]) =>
  words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const at = (member: string, detail: string): InputError => ({ pointer: `/params/${member}`, detail })

function membersOfOtherMarks(params: FullPlotParams): InputError[] {
  const { mark } = params
  const isGiven = (member: keyof FullPlotParams) => params[member] !== undefined && params[member] !== idle[member]
  const owned = Object.entries(owners).filter(
    ([member, marks]) => isGiven(member as keyof FullPlotParams) && !marks.includes(mark),
  )
  const timed = isTimeMark(mark) ? [] : overTime.filter(isGiven)
  return [
    ...owned.map(([member, marks]) => at(member, `is for the mark ${list(marks)}, and mark is ${mark}`)),
    ...timed.map((member) => at(member, `is for the marks line, area, bar, scatter and step, and mark is ${mark}`)),
  ]
}

function combinations(params: FullPlotParams, series: string[]): InputError[] {
  const { mark, by, bins, binWidth, columns, panels, overlay, right, every } = params
  const faults: InputError[] = []
  if (bins !== undefined && binWidth !== undefined)
    faults.push(at('binWidth', 'says what bins says too: give one of them'))
  if (columns !== undefined && panels === 'none')
    faults.push(at('columns', "counts panels: give panels, 'shared' or 'free', too"))
  const known = mark === 'heatmap' ? heatmapGrids : mark === 'box' ? boxGroups : undefined
  if (by !== undefined && known && !(known as readonly string[]).includes(by))
    faults.push(at('by', `must be ${list(known)} for the mark ${mark}`))
  if (mark === 'heatmap' && series.length > 1)
    faults.push(at('mark', `a heatmap shows one series; there are ${series.length}`))
  if (overlay !== undefined && series.length > 1)
    faults.push(at('overlay', `lays one series over itself; there are ${series.length}`))
  if ((panels !== 'none' || overlay !== undefined) && Array.isArray(right))
    faults.push(at('right', 'is for series that share one plot, without panels and overlay'))
  if (every !== undefined) {
    try {
      parseEvery(every)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      faults.push(at('every', error.message))
    }
  }
  return faults
}

function rightSeries({ right }: FullPlotParams, series: string[]): InputError[] {
  if (!Array.isArray(right)) return []
  const faults = right.flatMap((name, i) => (series.includes(name) ? [] : [at(`right/${i}`, notOfJob(name, series))]))
  if (faults.length > 0 || right.length < series.length) return faults
  return [at('right', 'names every series: one has to be left for the left axis')]
}

const notOfJob = (name: string, series: string[]) =>
  nearest(name, series) === undefined ? `'${name}' is none of the series of this job` : unknownName(name, series)

function candleSeries({ mark, candles }: FullPlotParams, series: string[]): InputError[] {
  if (mark !== 'candlestick') return []
  if (series.length !== 1 && series.length !== 4)
    return [at('mark', `a candlestick shows one series, or open, high, low and close; there are ${series.length}`)]
  if (candles === undefined) return []
  if (series.length === 1) return [at('candles', 'is for four series; there is one, whose points make the candles')]
  const named = Object.entries(candles)
  return named.flatMap(([role, name], i) => {
    if (!series.includes(name)) return [at(`candles/${role}`, notOfJob(name, series))]
    const twice = named.findIndex(([, other]) => other === name)
    return twice < i ? [at(`candles/${role}`, `'${name}' is ${named[twice]![0]} already`)] : []
  })
}

function referenceFaults(
  reference: Reference,
  pointer: string,
  params: FullPlotParams,
  context: KindContext,
): InputError[] {
  const { mark, overlay, right, panels } = params
  const kinds = (['value', 'values', 'time', 'times'] as const).filter((kind) => reference[kind] !== undefined)
  const [kind] = kinds
  if (kind === undefined) return [{ pointer, detail: 'says neither value, values, time nor times: one is needed' }]
  if (kinds.length > 1)
    return [{ pointer: `${pointer}/${kinds[1]}`, detail: `says what ${kind} says too: give one of them` }]
  if (mark === 'heatmap') return [{ pointer, detail: 'is for marks with an axis of values, and mark is heatmap' }]

  const faults: InputError[] = []
  const isTime = kind === 'time' || kind === 'times'
  if (isTime && (overlay !== undefined || !(isTimeMark(mark) || mark === 'candlestick'))) {
    const why = overlay === undefined ? `mark is ${mark}` : 'overlay puts many times at one place'
    faults.push({ pointer: `${pointer}/${kind}`, detail: `there is no axis of time, as ${why}` })
  }
  const hasRight =
    isTimeMark(mark) && right !== 'none' && panels === 'none' && overlay === undefined && context.series.length > 1
  if (reference.axis === 'right' && !hasRight)
    faults.push({ pointer: `${pointer}/axis`, detail: 'there is no right axis' })
  const note = (place: string) => (detail: string) => context.note({ pointer: place, detail })
  const read = (time: string | number, place: string): number => {
    try {
      return parseTime(time, { tz: params.tz, now: context.now, note: note(place) })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      faults.push({ pointer: place, detail: error.message })
      return Number.NaN
    }
  }
  if (reference.time !== undefined) reference.time = read(reference.time, `${pointer}/time`)
  const { times } = reference
  if (times) reference.times = [read(times[0]!, `${pointer}/times/0`), read(times[1]!, `${pointer}/times/1`)]
  const [from, to] = (reference.times ?? reference.values ?? [0, 1]) as [number, number]
  if (!(from < to) && !Number.isNaN(from + to))
    faults.push({ pointer: `${pointer}/${kind}/1`, detail: 'must be greater than the first' })
  return faults
}
