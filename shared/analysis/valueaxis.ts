import { colours, fontSizes, isSmall, type Theme } from './chart.ts'
import { fit, fixedWords } from './text.ts'

export interface ValueAxisOptions {
  /** The lowest and highest value drawn. */
  low: number
  high: number
  /** The axis reaches to 0: bars and areas would lie without it. */
  zero: boolean
  /** What the values are and their unit. */
  title: string
  /** Of the whole picture, in pixels. */
  width: number
  height: number
  theme: Theme
}

/**
 * The y encoding of a chart: round ticks, as many as have room, from half a step below the lowest to half a step above the
 * highest value at most. From a million on, and below a thousandth, the title names the power (`million USD`), so that labels stay short.
 * That text, `unit`, stands above the axis; in a small picture there is no room for it, and it should go below.
 */
export function valueAxis(options: ValueAxisOptions): { y: Record<string, unknown>; unit: string } {
  const { title, width, height, theme } = options
  const { axis, grid } = colours[theme]
  const { domain, ticks, step } = chooseTicks(options)
  const { word, power, digits } = labelling(Math.max(...ticks.map(Math.abs)), step)
  // Multiplied below one: a quotient would have the digits of the power's own error.
  const scaled = power === 1 ? '' : power > 1 ? ` / ${power}` : ` * ${Math.round(1 / power)}`
  const labelExpr = power === 0 ? `format(datum.value, '.${digits}e')` : `format(datum.value${scaled}, ',.${digits}f')`
  const unit = fit([word, title].filter(Boolean).join(' '), width - 60, fontSizes.label)
  const y = {
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: {
      values: ticks,
      labelExpr,
      labelOverlap: false,
      labelPadding: 6,
      ticks: false,
      domain: false,
      grid: true,
      gridColor: { condition: { test: 'datum.value === 0', value: axis }, value: grid },
      // The unit stands above the axis and reads from left to right.
      title: unit === '' || isSmall(height) ? null : unit,
      titleAngle: 0,
      titleAlign: 'left',
      titleBaseline: 'bottom',
      titleAnchor: 'start',
      titleX: 0,
      titleY: -9,
    },
  }
  return { y, unit }
}

/** Ticks of a value axis as texts, the domain that they stand in, and the power and the unit that stand above them. */
export function valueTicks(options: Pick<ValueAxisOptions, 'low' | 'high' | 'zero' | 'height' | 'title'>) {
  const { domain, ticks, step } = chooseTicks(options)
  const { word, power, digits } = labelling(Math.max(...ticks.map(Math.abs)), step)
  const label = (tick: number) => {
    if (power === 0) return tick.toExponential(digits).replaceAll('-', '−')
    return fixedWords(power > 1 ? tick / power : tick * Math.round(1 / power), digits)
  }
  return { domain, ticks, labels: ticks.map(label), unit: [word, options.title].filter(Boolean).join(' ') }
}

interface Ticks {
  domain: [number, number]
  ticks: number[]
  step: number
}

function chooseTicks({ low, high, zero, height }: Pick<ValueAxisOptions, 'low' | 'high' | 'zero' | 'height'>): Ticks {
  // Twice the largest double would be infinite.
  low = Math.min(8e307, Math.max(-8e307, low))
  high = Math.min(8e307, Math.max(-8e307, high))
  let [from, to] = zero ? [Math.min(0, low), Math.max(0, high)] : [low, high]
  // Values that differ by less than their last digits count as one; so does a single value.
  if (to - from <= Math.max(Math.abs(from), Math.abs(to)) * 1e-13 + 1e-290) {
    const spread = Math.abs(from) < 1e-280 ? 1 : Math.abs(from) / 10
    ;[from, to] = zero && from === 0 ? [0, 1] : [from - spread, to + spread]
  }
  const step = roundStep((to - from) / Math.min(8, Math.max(1.5, (height - 110) / 48)))
  // The scale ends on half a step, where a tick would crowd the others; on a whole one if there would be but one tick.
  const ends = (part: number) =>
    [Math.floor(from / step / part + 1e-9) * part, Math.ceil(to / step / part - 1e-9) * part] as const
  const half = ends(0.5)
  const [first, last] = Math.floor(half[1]) - Math.ceil(half[0]) < 1 ? ends(1) : half
  // Divided by the inverse, 3 × 0.1 is 0.3 and not 0.30000000000000004.
  const times = (k: number) => (step < 1 && step > 1e-15 ? k / Math.round(1 / step) : k * step)
  const whole = Math.ceil(first)
  const ticks = Array.from({ length: Math.floor(last) - whole + 1 }, (_, i) => times(whole + i))
  return { domain: [times(first), times(last)], ticks, step }
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(1))
}

const words: [number, string][] = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e-6, 'millionths of'],
  [1e-9, 'billionths of'],
  [1e-12, 'trillionths of'],
]

/** How ticks are printed: divided by `power`, whose name is `word`, with so many digits; power 0 stands for exponents. */
function labelling(largest: number, step: number): { word: string; power: number; digits: number } {
  const digitsBelow = (unit: number) => Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-6))
  if (largest >= 1e15 || largest < 1e-12) {
    const digits = Math.max(0, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step) + 1e-6))
    return { word: '', power: 0, digits }
  }
  const [power, word] = words.find(([size]) => (size > 1 ? largest >= size : largest < 1e-3 && largest >= size)) ?? [
    1,
    '',
  ]
  if (power === 1 || digitsBelow(power) > 3) return { word: '', power: 1, digits: digitsBelow(1) }
  return { word, power, digits: digitsBelow(power) }
}
