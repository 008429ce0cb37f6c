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
  /** The ends of the scale, where another axis has set them. */
  domain?: [number, number]
  /** The axis of further series: it stands at the right, and has no grid. */
  side?: 'left' | 'right'
}

export interface ValueAxis {
  y: Record<string, unknown>
  /** What stands above it. */
  unit: string
  domain: [number, number]
}

/**
 * The y encoding of a chart: round ticks, as many as have room, from half a step below the lowest to half a step above the
 * highest value at most. From a million on, and below a thousandth, the title names the power (`million USD`), so that labels stay short.
 * That text, `unit`, stands above the axis; in a small picture there is no room for it, and it should go below.
 */
export function valueAxis(options: ValueAxisOptions): ValueAxis {
  const { title, width, height, theme, side = 'left' } = options
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
      grid: side === 'left',
      ...(side === 'right' && { orient: 'right' }),
      gridColor: { condition: { test: 'datum.value === 0', value: axis }, value: grid },
      // The unit stands above the axis and reads from left to right.
      title: unit === '' || isSmall(height) ? null : unit,
      titleAngle: 0,
      titleAlign: side,
      titleBaseline: 'bottom',
      titleAnchor: 'start',
      titleX: 0,
      titleY: -9,
    },
  }
  return { y, unit, domain }
}

/** The x encoding of a chart whose values stand on the horizontal axis: its title, below, is a line of the picture. */
export function horizontalAxis(
  options: ValueAxisOptions & { domain: [number, number] },
  footer: string,
): Record<string, unknown> {
  const { width, height, theme } = options
  // As many labels as have room side by side, where they are wider than high.
  const { y, unit } = valueAxis({ ...options, height: 110 + (width - 90) * 0.62 })
  const { titleX, titleY, titleAngle, titleAlign, titleBaseline, gridColor, ...axis } = y.axis as Record<
    string,
    unknown
  >
  const title = [unit, footer].filter(Boolean).join(' · ')
  return {
    ...y,
    axis: {
      ...axis,
      ...{ grid: false, ticks: true, tickSize: 5, domain: true, labelFlush: false, title: fit(title, width - 90, 11) },
      ...{ titleFontSize: 11, titlePadding: isSmall(height) ? 3 : 8, titleColor: colours[theme].muted },
    },
  }
}

/** Ticks of a value axis as texts, the domain that they stand in, and the power and the unit that stand above them. */
export function valueTicks(options: Pick<ValueAxisOptions, 'low' | 'high' | 'zero' | 'height' | 'title' | 'domain'>) {
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

type TickOptions = Pick<ValueAxisOptions, 'low' | 'high' | 'zero' | 'height' | 'domain'>

function chooseTicks({ low, high, zero, height, domain }: TickOptions): Ticks {
  if (domain) [low, high] = domain
  // Twice the largest double would be infinite.
  low = Math.min(8e307, Math.max(-8e307, low))
  high = Math.min(8e307, Math.max(-8e307, high))
  let [from, to] = zero ? [Math.min(0, low), Math.max(0, high)] : [low, high]
  // Values that differ by less than their last digits count as one; so does a single value.
  if (to - from <= Math.max(Math.abs(from), Math.abs(to)) * 1e-13 + 1e-290) {
    const spread = Math.abs(from) < 1e-280 ? 1 : Math.abs(from) / 10
    ;[from, to] = zero && from === 0 ? [0, 1] : [from - spread, to + spread]
  }
  let step = roundStep((to - from) / Math.min(8, Math.max(1.5, (height - 110) / 48)))
  // Of a scale with ends of its own a wide step may meet one tick, or none.
  if (domain && Math.floor(high / step) - Math.ceil(low / step) < 1) step = roundStep(step / 2.5)
  // The scale ends on half a step, where a tick would crowd the others; on a whole one if there would be but one tick.
  const ends = (part: number) =>
    [Math.floor(from / step / part + 1e-9) * part, Math.ceil(to / step / part - 1e-9) * part] as const
  const half = ends(0.5)
  const [first, last] = domain
    ? ([low / step, high / step] as const)
    : Math.floor(half[1]) - Math.ceil(half[0]) < 1
      ? ends(1)
      : half
  // Divided by the inverse, 3 × 0.1 is 0.3 and not 0.30000000000000004.
  const times = (k: number) => (step < 1 && step > 1e-15 ? k / Math.round(1 / step) : k * step)
  const whole = Math.ceil(first - 1e-9)
  const ticks = Array.from({ length: Math.floor(last + 1e-9) - whole + 1 }, (_, i) => times(whole + i))
  return { domain: domain ?? [times(first), times(last)], ticks, step }
}

/** The next of 1, 2, 5 times a power of ten. */
export function roundStep(atLeast: number): number {
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
  if (largest >= 1e15 || (largest < 1e-12 && largest > 0)) {
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

/** Two scales that both hold zero, made longer so that it stands at the same height on both. */
export function alignZeros(a: [number, number], b: [number, number]): [[number, number], [number, number]] {
  const below = ([low, high]: [number, number]) => -low / (high - low)
  const [most, least] = [Math.max(below(a), below(b)), Math.min(below(a), below(b))]
  // A scale that ends at zero can be made longer beyond it, but not by a share of nothing.
  const share = most === 1 && least < 1 ? 0.5 : most
  const longer = ([low, high]: [number, number]): [number, number] =>
    below([low, high]) <= share
      ? [Math.min(low, (-share / (1 - share)) * high + 0), high]
      : [low, Math.max(high, (-low * (1 - share)) / share)]
  return share === 1 ? [a, b] : [longer(a), longer(b)]
}
