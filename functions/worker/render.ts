import { createRequire } from 'node:module'
import { Canvas, registerFont } from 'canvas'
import * as vega from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { compile, type TopLevelSpec, version as vegaLiteVersion } from 'vega-lite'
import { fontFamily } from '../../shared/analysis/chart.ts'
import { AnalysisError, type ChartSpec } from '../../shared/analysis/kind.ts'
import { family, fonts, measureText } from './fonts.ts'

export interface RenderOptions {
  /** IANA zone of the chart's local times. */
  tz: string
  /** What the chart shows, in words: the SVG's accessible name. */
  alt: string
  /** Pixels of the PNG per pixel of the chart: 1 by default. */
  scale?: number
  /**
   * The chart is one that a kind of ours has made: its expressions become code, which draws the same in half the time.
   * A caller's own chart is a program of his: without this its expressions are interpreted.
   */
  isOurs?: boolean
}

export interface Picture {
  svg: string
  /** It is encoded in another thread while the caller goes on. */
  png: Promise<Buffer>
  /** Of the chart in pixels; the PNG has `scale` times as many. */
  width: number
  height: number
  /** What Vega-Lite and Vega found odd in the specification. */
  warnings: string[]
}

/** The specification can't be drawn, however often one tries. */
export class RenderError extends AnalysisError {
  constructor(message: string) {
    super('chart-refused', message)
    this.name = 'RenderError'
  }
}

/** What draws, for a result's provenance. */
export const versions: Record<string, string> = {
  vega: vega.version,
  'vega-lite': vegaLiteVersion,
  canvas: createRequire(import.meta.url)('canvas/package.json').version,
}

for (const { path, weight } of fonts) registerFont(path, { family, weight: String(weight) })

// Vega leaves measuring to whoever sets `width`; its declarations don't say so. It may ask for a text that is yet to be cut.
const { textMetrics } = vega as unknown as { textMetrics: { width(item: TextItem, text: unknown): number } }
textMetrics.width = (item, text) => {
  const width = measureText(String(text ?? '').trim(), item.fontSize ?? 11, weightOf(item.fontWeight))
  return item.limit && item.limit > 0 ? Math.min(width, item.limit) : width
}

// The interpreter reads a lone number as a year; generated code, and Vega-Lite, mean Unix milliseconds.
vega.expressionFunction('datetime', (...parts: [number, ...number[]]) =>
  parts.length === 1 ? new Date(parts[0]) : new Date(...(parts as [number, number])),
)

interface TextItem {
  fontSize?: number
  fontWeight?: string | number
  limit?: number
}

const weightOf = (weight: string | number | undefined) => (weight === 'bold' ? 700 : Number(weight) || 400)

let last: Promise<unknown> = Promise.resolve()

/**
 * Draws a Vega-Lite chart once, as SVG and as PNG. The same chart and options give the same SVG, byte for byte, on every
 * machine: its text is measured with the bundled font and it is laid out in the given time zone. Drawings wait for one
 * another, because the time zone belongs to the process. Never call it in a worker thread: canvas crashes at its exit.
 * Throws `RenderError` for a specification that is invalid or wants to load anything: its data must be inline.
 */
export function render(chart: ChartSpec, options: RenderOptions): Promise<Picture> {
  const drawn = last.then(() => draw(chart, options))
  last = drawn.catch(() => undefined)
  return drawn
}

/** Sets the zone in which the process reads local times, and with it Vega's `time` scales and `timeFormat`. */
export function setTimeZone(tz: string): void {
  if (process.env.TZ !== tz) process.env.TZ = tz
}

async function draw(chart: ChartSpec, { tz, alt, scale = 1, isOurs = false }: RenderOptions): Promise<Picture> {
  setTimeZone(tz)
  const { logger, warnings, errors } = recorder()
  const { loader, refused } = closedLoader()
  const check = () => {
    if (refused.length > 0)
      throw new RenderError(`a chart may not load anything or link to it, its data must be inline: ${refused[0]}`)
    if (errors.length > 0) throw new RenderError(errors[0]!)
  }
  const view = attempt(() => {
    const { spec } = compile(chart as unknown as TopLevelSpec, { logger, config: { font: fontFamily } })
    // Ids of clips and gradients count from one again, or the same chart would differ from its first drawing.
    vega.resetSVGDefIds()
    const runtime = vega.parse(plainTitles(spec), {}, { ast: !isOurs })
    const interpreter = isOurs ? {} : { expr: expressionInterpreter }
    return new vega.View(runtime, { ...interpreter, loader, logger, renderer: 'none' })
  })
  try {
    await view.runAsync()
    check()
    const canvas = (await view.toCanvas(scale)) as unknown as Canvas
    const png = encode(canvas)
    png.catch(() => {}) // whoever awaits it is told
    const svg = await view.toSVG()
    check()
    const [width, height] = sizeOf(svg)
    return { svg: accessible(svg, alt), png, width, height, warnings }
  } catch (error) {
    throw asRenderError(error)
  } finally {
    view.finalize()
  }
}

/**
 * The PNG, made in a thread of libuv while the SVG is written. A chart has large plain areas: without filters and with
 * little searching it takes a quarter of the time of libpng's defaults and fewer bytes.
 */
function encode(canvas: Canvas): Promise<Buffer> {
  const options = { compressionLevel: 3, filters: Canvas.PNG_FILTER_NONE } as const
  return new Promise((resolve, reject) => {
    canvas.toBuffer((error, png) => (error ? reject(error) : resolve(png)), 'image/png', options)
  })
}

const titles = new Set(['title', 'text', 'subtitle'])

/**
 * Vega looks a title up among its signals, in an object that has `constructor` and the like by nature. A space of no
 * width makes such a word a text again.
 */
function plainTitles<T>(spec: T, key = ''): T {
  if (typeof spec === 'string') return (titles.has(key) && spec in Object.prototype ? `${spec}\u200B` : spec) as T
  if (Array.isArray(spec)) return spec.map((part) => plainTitles(part, key)) as T
  if (typeof spec !== 'object' || spec === null || Object.getPrototypeOf(spec) !== Object.prototype) return spec
  // Data are left alone: there are many, and Vega takes none of them for a name.
  return Object.fromEntries(
    Object.entries(spec).map(([name, part]) => [name, name === 'values' ? part : plainTitles(part, name)]),
  ) as T
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asRenderError(error)
  }
}

const asRenderError = (error: unknown) =>
  error instanceof RenderError ? error : new RenderError(error instanceof Error ? error.message : String(error))

/** Vega doesn't throw what goes wrong while it loads or evaluates: it logs it. */
function recorder() {
  const warnings: string[] = []
  const errors: string[] = []
  const text = (parts: readonly unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')
  const into = (list: string[]) =>
    function write(this: vega.LoggerInterface, ...parts: readonly unknown[]) {
      list.push(text(parts))
      return this
    }
  const ignore = into([])
  const level = () => vega.Warn
  const logger = {
    level,
    error: into(errors),
    warn: into(warnings),
    info: ignore,
    debug: ignore,
  } as vega.LoggerInterface
  return { logger, warnings, errors }
}

/** Refuses every address and every file, of data, images and links alike; what was refused is to be thrown afterwards. */
function closedLoader() {
  const refused: string[] = []
  const note = (uri: unknown) => refused.push(String(uri).slice(0, 200))
  const load = async (uri: unknown): Promise<never> => {
    note(uri)
    throw new RenderError('refused')
  }
  // Vega's SVG renderer can't stand a rejection here: it expects an address to write down.
  const sanitize = async (uri: unknown) => {
    note(uri)
    return { href: null }
  }
  return { loader: { load, sanitize, http: load, file: load } as unknown as vega.Loader, refused }
}

function sizeOf(svg: string): [number, number] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!
  return [Number(width), Number(height)]
}

/** Adds the text alternative to the SVG's root, and takes out what no XML may hold. */
function accessible(svg: string, alt: string): string {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  const name = alt.replace(/[&<>"]/g, (character) => escapes[character]!)
  return svg
    .replace('<svg ', () => `<svg role="img" aria-label="${name}" `)
    .replace('>', () => `><title>${name}</title>`)
    .toWellFormed()
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
}
