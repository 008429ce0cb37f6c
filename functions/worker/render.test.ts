import { inflateSync } from 'node:zlib'
import t from 'tap'
import { colours } from '../../shared/analysis/chart.ts'
import type { ChartSpec } from '../../shared/analysis/kind.ts'
import { type PlotParams, plot } from '../../shared/analysis/plot.ts'
import { measureText } from './fonts.ts'
import { RenderError, render, setTimeZone, versions } from './render.ts'

const hour = 3_600_000
const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }

function chartOf(params: Partial<PlotParams> = {}, from = Date.UTC(2024, 0, 1), step = hour, count = 100, name = 'a') {
  const points = {
    timestamps: Float64Array.from({ length: count }, (_, i) => from + i * step),
    values: Float64Array.from({ length: count }, (_, i) => Math.sin(i / 9) * 20),
  }
  return plot.run({ series: [{ name, labels: {}, points }], params: { ...defaults, ...params } })
}

const draw = async (...args: Parameters<typeof chartOf>) => {
  const { chart, alt } = chartOf(...args)
  return render(chart, { tz: args[0]?.tz ?? 'UTC', alt })
}

const pngSize = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]

/** The texts of an SVG, in the order in which they are drawn. */
const textsOf = (svg: string) => Array.from(svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g), ([, text]) => text!)

const bare = (data: unknown, more: ChartSpec = {}): ChartSpec => ({
  data,
  mark: 'point',
  encoding: { x: { field: 'a', type: 'quantitative' } },
  ...more,
})

t.test('PNG and SVG are exactly as large as asked', async (t) => {
  for (const [width, height] of [
    [800, 400],
    [200, 120],
    [333, 217],
    [2000, 500],
  ] as const) {
    const picture = await draw({ width, height })
    const png = await picture.png
    t.same(png.subarray(0, 8), Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
    t.same(pngSize(png), [width, height])
    t.match(picture.svg, `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`)
    t.same([picture.width, picture.height], [width, height])
    t.same(picture.warnings, [])
  }
})

t.test('ten series are drawn without a warning, whatever their mark', async (t) => {
  const points = { timestamps: Float64Array.from([0, hour, 2 * hour]), values: Float64Array.from([1, -2, 3]) }
  const series = Array.from({ length: 10 }, (_, i) => ({ name: `s${i}`, labels: {}, points }))
  for (const mark of ['line', 'area', 'bar', 'scatter', 'step'] as const) {
    const { chart, alt } = plot.run({ series, params: { ...defaults, mark } })
    const { svg, warnings } = await render(chart, { tz: 'UTC', alt })
    t.same(warnings, [], mark)
    t.equal(textsOf(svg).filter((text) => /^s\d$/.test(text)).length, 10, mark)
  }
})

t.test('a PNG can have more pixels than the chart', async (t) => {
  const { chart, alt } = chartOf()
  const { png, width } = await render(chart, { tz: 'UTC', alt, scale: 2 })
  t.same(pngSize(await png), [1600, 800])
  t.equal(width, 800)
})

t.test('the same chart gives the same SVG, whatever was drawn before', async (t) => {
  const clipped = bare({ values: [{ a: 1 }, { a: 2 }] }, { mark: { type: 'point', clip: true } })
  const options = { tz: 'UTC', alt: 'A chart' }
  const first = await render(clipped, options)
  const [second] = await Promise.all([render(clipped, options), draw({ tz: 'Asia/Tokyo' }), draw({ theme: 'dark' })])
  t.equal(second.svg, first.svg)
  t.match(first.svg, 'clip-path="url(#clip1)"')
  t.equal((await draw()).svg, (await draw()).svg)
})

t.test('the SVG has the text alternative, escaped, and fonts to fall back on', async (t) => {
  const { svg } = await render(chartOf({ title: 'Cats & <dogs>' }).chart, { tz: 'UTC', alt: '"Cats" & <dogs>' })
  t.match(
    svg,
    /^<svg role="img" aria-label="&quot;Cats&quot; &amp; &lt;dogs&gt;" [^>]*><title>&quot;Cats&quot; &amp; &lt;dogs&gt;<\/title>/,
  )
  t.match(svg, `font-family="'IBM Plex Sans', 'Helvetica Neue', Helvetica, Arial, sans-serif"`)
  t.ok(textsOf(svg).includes('Cats &amp; &lt;dogs&gt;'))
})

t.test('an SVG is XML whatever a title holds', async (t) => {
  const { svg } = await render(bare({ values: [{ a: 1 }] }, { title: 'a\u0000b\ud800c\uffff' }), {
    tz: 'UTC',
    alt: '\u0008x',
  })
  t.ok(svg.isWellFormed())
  t.notMatch(svg, /[\0-\x08\uffff]/)
})

t.test('the dark theme is dark', async (t) => {
  const { svg } = await draw({ theme: 'dark' })
  t.match(svg, `fill="${colours.dark.background}"`)
  t.match(svg, `stroke="${colours.dark.series[0]}"`)
  t.notMatch(svg, colours.light.ink)
})

t.test('the axis names its zone and shows its clock on the day it changes', async (t) => {
  const { svg } = await draw({ tz: 'Europe/Berlin' }, Date.UTC(2024, 2, 30, 23), hour / 2, 47)
  const texts = textsOf(svg)
  t.ok(texts.includes('Europe/Berlin'))
  t.ok(texts.includes('31 Mar 2024'))
  const at = (label: string) => Number(new RegExp(`translate\\(([\\d.]+),[\\d.]+\\)"[^>]*>${label}<`).exec(svg)![1])
  // Two hours lie between 00:00 and 03:00, three between 03:00 and 06:00.
  const first = Number(/translate\(([\d.]+),[\d.]+\)"[^>]*><tspan>00:00</.exec(svg)![1])
  t.equal(Math.round(((at('03:00') - first) / (at('06:00') - at('03:00'))) * 100), 67)
})

t.test("local times of a chart of one's own are those of the zone that was given", async (t) => {
  const spec = bare(
    { values: [{ a: 0 }] },
    {
      encoding: { text: { field: 'a', type: 'temporal', format: '%H:%M' } },
      mark: 'text',
    },
  )
  const hours = await Promise.all(
    ['UTC', 'Asia/Kolkata', 'America/New_York'].map(
      async (tz) => textsOf((await render(spec, { tz, alt: '' })).svg)[0],
    ),
  )
  t.same(hours, ['00:00', '05:30', '19:00'])
  setTimeZone('UTC')
  t.equal(new Date(0).getHours(), 0)
})

t.test('an expression reads a number as milliseconds, as generated code would', async (t) => {
  const spec = bare(
    { values: [{ a: 1e12 }] },
    {
      transform: [{ calculate: "timeFormat(datetime(datum.a), '%Y') + datetime(2001, 1, 3).getTime", as: 'b' }],
      encoding: { text: { field: 'b' } },
      mark: 'text',
    },
  )
  const { svg } = await render(
    {
      ...spec,
      transform: [{ calculate: "timeFormat(datetime(datum.a), '%Y') + ' ' + month(datetime(2001, 1, 3))", as: 'b' }],
    },
    { tz: 'UTC', alt: '' },
  )
  t.same(textsOf(svg), ['2001 1'])
})

t.test('nothing is loaded', async (t) => {
  const refusals: [string, ChartSpec][] = [
    ['http://127.0.0.1:9/a.json', bare({ url: 'http://127.0.0.1:9/a.json' })],
    ['/etc/passwd', bare({ url: '/etc/passwd', format: { type: 'csv' } })],
    ['file:///etc/passwd', bare({ url: 'file:///etc/passwd' })],
    [
      'http://127.0.0.1:9/a.png',
      bare({ values: [{ a: 1 }] }, { mark: { type: 'image', url: 'http://127.0.0.1:9/a.png' } }),
    ],
    ['javascript:alert(1)', bare({ values: [{ a: 1 }] }, { mark: { type: 'point', href: 'javascript:alert(1)' } })],
  ]
  for (const [address, spec] of refusals) {
    const message = `a chart may not load anything or link to it, its data must be inline: ${address}`
    await t.rejects(
      render(spec, { tz: 'UTC', alt: '' }),
      { name: 'RenderError', code: 'chart-refused', message },
      address,
    )
  }
})

t.test('what is wrong with a specification is said', async (t) => {
  const expression = bare({ values: [{ a: 1 }] }, { transform: [{ calculate: 'datum.a +', as: 'b' }] })
  await t.rejects(render(expression, { tz: 'UTC', alt: '' }), RenderError)
  await t.rejects(render({ nothing: true }, { tz: 'UTC', alt: '' }), RenderError)
  const odd = bare({ values: [{ a: 1 }] }, { encoding: { nonsense: { field: 'a' } } })
  t.match((await render(odd, { tz: 'UTC', alt: '' })).warnings, [/nonsense/])
})

t.test('expressions reach nothing outside the chart', async (t) => {
  const outside = bare(
    { values: [{ a: 1 }] },
    {
      transform: [{ calculate: "datum.a.constructor.constructor('return process')()", as: 'a' }],
    },
  )
  await t.rejects(render(outside, { tz: 'UTC', alt: '' }), RenderError)
})

t.test('text is measured with the tables of the bundled font', async (t) => {
  t.equal(Math.round(measureText('0123456789', 10, 400)), 60)
  t.ok(measureText('Title', 16, 600) > measureText('Title', 16, 400))
  t.equal(measureText('日本', 10, 400), 20)
  t.equal(measureText('', 10, 700), 0)
})

t.test('nothing is cut off at the edge of the picture', async (t) => {
  const long = 'measurement.temperature,host=server-000017,region=us-east-1,sensor=outside_north_wall_upper_floor'
  for (const mark of ['line', 'bar', 'area', 'scatter'] as const) {
    for (const [width, height] of [
      [800, 400],
      [640, 240],
      [320, 200],
      [200, 120],
    ] as const) {
      const unit = { yTitle: 'a very long name of a unit that nobody uses any more, if anybody ever did' }
      for (const [step, count] of [
        [24 * hour, 900],
        [60_000, 60],
        [1, 40],
      ] as const) {
        const { png } = await draw(
          { mark, width, height, tz: 'America/Argentina/ComodRivadavia', ...unit },
          0,
          step,
          count,
          long,
        )
        t.equal(inkWithin(await png, 4), 0, `${mark} ${width} × ${height}, ${count} points`)
      }
    }
  }
})

/** How many pixels within `edge` pixels of the border differ from the first. */
function inkWithin(png: Buffer, edge: number): number {
  const [width, height] = pngSize(png) as [number, number]
  const pixels = pixelsOf(png, width, height)
  let ink = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isEdge = x < edge || y < edge || x >= width - edge || y >= height - edge
      if (isEdge && pixels.readUInt32BE(4 * (y * width + x)) !== pixels.readUInt32BE(0)) ink++
    }
  }
  return ink
}

/** The pixels of a PNG of eight bits red, green, blue and alpha. */
function pixelsOf(png: Buffer, width: number, height: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
  }
  const rows = inflateSync(Buffer.concat(parts))
  const line = 4 * width
  const pixels = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (line + 1)]!
    for (let x = 0; x < line; x++) {
      const [left, above, corner] = [
        x < 4 ? 0 : pixels[y * line + x - 4]!,
        y === 0 ? 0 : pixels[(y - 1) * line + x]!,
        x < 4 || y === 0 ? 0 : pixels[(y - 1) * line + x - 4]!,
      ]
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter]!
      pixels[y * line + x] = rows[y * (line + 1) + 1 + x]! + guess
    }
  }
  return pixels
}

function paeth(left: number, above: number, corner: number): number {
  const far = (value: number) => Math.abs(left + above - corner - value)
  if (far(left) <= far(above) && far(left) <= far(corner)) return left
  return far(above) <= far(corner) ? above : corner
}

t.test('results name what drew them', async (t) => {
  t.match(versions, { vega: /^6\./, 'vega-lite': /^6\./, canvas: /^3\./ })
})

t.test('a title that is a word of JavaScript is drawn like any other', async (t) => {
  for (const word of Object.getOwnPropertyNames(Object.prototype)) {
    const points = { timestamps: Float64Array.of(0, 86_400_000), values: Float64Array.of(1, 2) }
    const params = {
      mark: 'line',
      width: 400,
      height: 300,
      zero: false,
      theme: 'light',
      tz: 'UTC',
      title: word,
    } as const
    const { chart, alt } = plot.run({
      series: [{ name: word, unit: word, labels: {}, points }],
      params: { ...params, yTitle: word },
    })
    t.match((await render(chart, { tz: 'UTC', alt })).svg, word, word)
  }
})
