import t from 'tap'
import { validate } from '../validate.ts'
import type { KindContext } from './kind.ts'
import { type PlotParams, plotParams } from './plot-params.ts'
import { resolvePlot } from './plot-resolve.ts'

const now = Date.UTC(2024, 5, 1, 12)

/** The faults of parameters as a job brings them, and the parameters as they are then. */
function faultsOf(params: Record<string, unknown>, series = ['a']) {
  const notes: string[] = []
  const context: KindContext = { series, now, note: ({ pointer }) => notes.push(pointer!) }
  const given = structuredClone(params)
  const schema = validate(plotParams, given).map(({ pointer, detail }) => `/params${pointer}: ${detail}`)
  const own = resolvePlot(given as unknown as PlotParams, context).map(({ pointer, detail }) => `${pointer}: ${detail}`)
  return { faults: [...schema, ...own], params: given as unknown as PlotParams, notes }
}

const one = (params: Record<string, unknown>, series?: string[]) => faultsOf(params, series).faults

t.test('what fits together passes, and the schema fills in the rest', async (t) => {
  t.same(one({}), [])
  t.same(one({ mark: 'histogram', bins: 20, percent: true, references: [{ value: 3 }] }), [])
  t.same(one({ mark: 'heatmap', by: 'calendar', aggregate: 'max' }), [])
  t.same(one({ mark: 'box', by: 'year' }, ['a', 'b']), [])
  t.same(one({ mark: 'candlestick', every: '1mo' }), [])
  t.same(one({ panels: 'free', columns: 2, overlay: '1y' }), [])
  t.same(one({ right: ['b'], references: [{ value: 1, axis: 'right' }] }, ['a', 'b']), [])
  const { params } = faultsOf({ references: [{ value: 1 }] })
  t.match(params, { panels: 'none', right: 'unit', references: [{ value: 1, axis: 'left' }] })
})

t.test('a member of another mark is named, with the marks that have it', async (t) => {
  t.same(one({ bins: 10 }), ['/params/bins: is for the mark histogram, and mark is line'])
  t.same(one({ by: 'month' }), ['/params/by: is for the mark heatmap or box, and mark is line'])
  t.match(one({ mark: 'box', panels: 'free' }), [/^\/params\/panels: is for the marks line, .* and mark is box$/])
  t.match(one({ mark: 'heatmap', overlay: '1y' }), [/^\/params\/overlay: /])
  t.same(one({ mark: 'box', by: 'calendar' }), ['/params/by: must be hour, weekday, month or year for the mark box'])
})

t.test('members that contradict one another', async (t) => {
  t.match(one({ mark: 'histogram', bins: 3, binWidth: 2 }), [/^\/params\/binWidth: .*give one of them$/])
  t.match(one({ columns: 2 }), [/^\/params\/columns: counts panels/])
  t.same(one({ mark: 'heatmap' }, ['a', 'b']), ['/params/mark: a heatmap shows one series; there are 2'])
  t.same(one({ overlay: '1w' }, ['a', 'b']), ['/params/overlay: lays one series over itself; there are 2'])
  t.match(one({ mark: 'candlestick' }, ['a', 'b']), [/^\/params\/mark: .*there are 2$/])
  t.match(one({ mark: 'candlestick', every: '1 day' }), [/^\/params\/every: '1 day' is not a width of buckets/])
  t.match(one({ right: ['a'], overlay: '1y' }), [/^\/params\/right: is for series that share one plot/, /./])
})

t.test('names are those of the job, and a typo has its neighbour', async (t) => {
  t.match(one({ right: ['temp_mxa'] }, ['temp_max', 'wind']), [/^\/params\/right\/0: .*did you mean 'temp_max'\?$/])
  t.match(one({ right: ['a', 'b'] }, ['a', 'b']), [/^\/params\/right: names every series/])
  const four = ['open', 'high', 'low', 'close']
  const candles = { open: 'open', high: 'high', low: 'low', close: 'close' }
  t.same(one({ mark: 'candlestick', candles }, four), [])
  t.match(one({ mark: 'candlestick', candles: { ...candles, close: 'low' } }, four), [
    /\/candles\/close: 'low' is low already/,
  ])
  t.match(one({ mark: 'candlestick', candles: { ...candles, close: 'clsoe' } }, four), [/did you mean 'close'/])
  t.match(one({ mark: 'candlestick', candles }), [/^\/params\/candles: is for four series/])
})

t.test('a misspelt member of a reference has its neighbour too', async (t) => {
  t.match(one({ references: [{ valeu: 3 }] })[0], /^\/params\/references\/0\/valeu: .*did you mean 'value'\?$/)
})

t.test('a reference says one thing, which the chart has an axis for', async (t) => {
  const fault = (reference: object, more: object = {}, series?: string[]) =>
    one({ ...more, references: [reference] }, series)[0]
  t.match(fault({ label: 'x' }), /^\/params\/references\/0: says neither value, values, time nor times/)
  t.match(fault({ value: 1, time: 'now' }), /^\/params\/references\/0\/time: says what value says too/)
  t.match(fault({ value: 1 }, { mark: 'heatmap' }), /mark is heatmap$/)
  t.match(
    fault({ time: 'now' }, { mark: 'box' }),
    /^\/params\/references\/0\/time: there is no axis of time, as mark is box$/,
  )
  t.match(fault({ time: 'now' }, { overlay: '1y' }), /overlay puts many times at one place$/)
  t.match(fault({ value: 1, axis: 'right' }), /^\/params\/references\/0\/axis: there is no right axis$/)
  t.match(fault({ values: [3, 3] }), /^\/params\/references\/0\/values\/1: must be greater than the first$/)
  t.match(
    fault({ times: ['2024-05-02', 'yesterday'] }),
    /^\/params\/references\/0\/times\/1: 'yesterday' is not a time/,
  )
})

t.test('times are resolved: in the zone, and from now', async (t) => {
  const references = [{ time: '2024-01-01' }, { times: ['-2d', 'now'] }, { time: '2024-10-27T02:30:00' }]
  const { faults, params, notes } = faultsOf({ tz: 'Europe/Berlin', references })
  t.same(faults, [])
  t.equal(params.references![0]!.time, Date.UTC(2023, 11, 31, 23))
  t.same(params.references![1]!.times, [now - 2 * 86_400_000, now])
  t.same(notes, ['/params/references/2/time'], 'that hour comes twice')
})
