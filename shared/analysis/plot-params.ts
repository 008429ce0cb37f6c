import type { FromSchema, JSONSchema } from 'json-schema-to-ts'

const time = { type: ['string', 'number'] } as const
const name = { type: 'string', minLength: 1, maxLength: 512 } as const

/** A line or a band of a chart: exactly one of its first four members is given. */
const reference = {
  type: 'object',
  additionalProperties: false,
  properties: {
    value: { type: 'number', description: 'a line at this value' },
    values: {
      type: 'array',
      items: { type: 'number' },
      minItems: 2,
      maxItems: 2,
      description: 'a band from the first value to the second',
    },
    time: { ...time, description: 'a line at this time; relative times are resolved when the job is accepted' },
    times: {
      type: 'array',
      items: time,
      minItems: 2,
      maxItems: 2,
      description: 'a band from the first time to the second',
    },
    label: { type: 'string', maxLength: 100, description: 'what it says beside it' },
    axis: { enum: ['left', 'right'], default: 'left', description: 'the value axis that a value belongs to' },
  },
} as const satisfies JSONSchema

/** What a plot takes. What the members mean together is checked by `resolvePlot`. */
export const plotParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mark: {
      enum: ['line', 'area', 'bar', 'scatter', 'step', 'histogram', 'heatmap', 'box', 'candlestick'],
      default: 'line',
      description:
        'line joins the points; area fills it down to zero; bar starts at zero, centred on its time; scatter draws dots; step holds each value until the next point; histogram counts values; heatmap colours the cells of a calendar; box sums up values by month, weekday, hour or year; candlestick shows open, high, low and close',
    },
    width: {
      type: 'integer',
      minimum: 200,
      maximum: 4000,
      default: 800,
      description: 'of the whole picture, in pixels',
    },
    height: {
      type: 'integer',
      minimum: 120,
      maximum: 4000,
      default: 400,
      description: 'of the whole picture, in pixels',
    },
    title: { type: 'string', maxLength: 200, description: "instead of the series' description or name" },
    subtitle: { type: 'string', maxLength: 200, description: 'a second, smaller line below the title' },
    yTitle: { type: 'string', maxLength: 100, description: 'at the axis of the values, instead of the unit' },
    rightTitle: { type: 'string', maxLength: 100, description: 'above the right axis, instead of the unit' },
    zero: {
      type: 'boolean',
      default: false,
      description: 'the axis of the values reaches to zero; it always does for area and bar',
    },
    theme: { enum: ['light', 'dark'], default: 'light', description: 'the colours of the picture' },
    tz: {
      type: 'string',
      format: 'time-zone',
      default: 'UTC',
      description: 'IANA name of the time zone of axes, days, weeks, months and hours, such as Europe/Berlin',
    },
    references: {
      type: 'array',
      maxItems: 20,
      default: [],
      items: reference,
      description: 'lines and bands at values or times',
    },
    right: {
      if: { type: 'string' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { enum: ['unit', 'none'] },
      else: { type: 'array', items: name, minItems: 1, maxItems: 100, uniqueItems: true },
      default: 'unit',
      description:
        'which series have the axis at the right: unit, those of the second of two units; none; or a list of their names',
    },
    panels: {
      enum: ['none', 'shared', 'free'],
      default: 'none',
      description: 'a panel for each series: shared, with one scale of values for all; free, each with its own',
    },
    columns: { type: 'integer', minimum: 1, maximum: 10, description: 'how many panels stand side by side' },
    overlay: {
      enum: ['1d', '1w', '1mo', '1y'],
      description: 'cuts a series into days, weeks, months or years of tz and draws them over one another',
    },
    bins: {
      type: 'integer',
      minimum: 1,
      maximum: 200,
      description: 'how many bins a histogram has, about: bins are round',
    },
    binWidth: { type: 'number', exclusiveMinimum: 0, description: 'how wide the bins of a histogram are' },
    percent: { type: 'boolean', default: false, description: 'a histogram shows shares instead of counts' },
    by: {
      enum: ['hour-weekday', 'day-month', 'calendar', 'hour', 'weekday', 'month', 'year'],
      description:
        'the cells of a heatmap: hour-weekday (default), day-month, or calendar, a cell for each day of its years; the boxes of box: hour, weekday, month (default) or year',
    },
    aggregate: {
      enum: ['mean', 'median', 'min', 'max', 'range', 'stddev', 'sum', 'count'],
      default: 'mean',
      description: 'what a cell of a heatmap shows of its points',
    },
    every: {
      type: 'string',
      maxLength: 20,
      description: 'how long a candle lasts, such as 1h, 1d, 1w or 1mo; about sixty of them unless given',
    },
    candles: {
      type: 'object',
      additionalProperties: false,
      required: ['open', 'high', 'low', 'close'],
      properties: { open: name, high: name, low: name, close: name },
      description: 'which series is what in a candlestick of four; told by the last words of their names unless given',
    },
  },
} as const satisfies JSONSchema

/** The parameters of a plot with all that the schema fills in. */
export type FullPlotParams = Omit<FromSchema<typeof plotParams>, 'right'> & { right: 'unit' | 'none' | string[] }

/** The same as a job may bring them: one that an earlier version accepted lacks what is new. */
export type PlotParams = Pick<FullPlotParams, 'mark' | 'width' | 'height' | 'zero' | 'theme' | 'tz'> &
  Partial<FullPlotParams>

/** A line or a band as it was asked for. */
export type Reference = FullPlotParams['references'][number]

/** The marks that are drawn over time, one mark for each point. */
export const timeMarks = ['line', 'area', 'bar', 'scatter', 'step'] as const
export type TimeMark = (typeof timeMarks)[number]

type Mark = FullPlotParams['mark']

export const isTimeMark = (mark: Mark): mark is TimeMark => (timeMarks as readonly string[]).includes(mark)

/** What the schema fills in. */
export const plotDefaults: FullPlotParams = Object.fromEntries(
  Object.entries(plotParams.properties).flatMap(([key, schema]) =>
    'default' in schema ? [[key, schema.default]] : [],
  ),
) as unknown as FullPlotParams
