import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { hour, oneSeries, points, start } from '../../test/plots/draw.ts'
import { colours } from '../analysis/chart.ts'
import { plot } from '../analysis/plot.ts'
import { pagePolicy, resultPage } from './page.ts'

const svgOf = (name: string) => readFileSync(new URL(`../../test/plots/${name}.svg`, import.meta.url), 'utf8')
const params = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' } as const
const provenance = { kind: 'plot', params, series: [{ name: 'a', revision: 'r.1', count: 3 }], finished: '2024' }
const drawn = plot.run({ series: [oneSeries('a <b>', points(1500, Math.sin))], params })
const parts = { ...drawn, svg: svgOf('line'), provenance, artifacts: { csv: 'http://a.example/1.csv' } }

t.test('the policy allows the one script of the page and nothing from elsewhere', async (t) => {
  const page = resultPage(parts)
  const scripts = Array.from(page.matchAll(/<script>([\s\S]*?)<\/script>/g), ([, text]) => text!)
  t.equal(scripts.length, 1)
  const hash = createHash('sha256').update(scripts[0]!).digest('base64')
  t.match(pagePolicy, new RegExp(`script-src ('sha256-[^']+' )?'sha256-${hash.replace(/[+/]/g, '\\$&')}'`))
  t.ok(
    /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.includes(`'sha256-${hash}'`),
    'when it was saved too',
  )
  t.doesNotThrow(() => new Function(scripts[0]!))
  // What a browser would load; links and the names of XML namespaces are not.
  t.notMatch(page, /\bsrc=|<link|@import|url\((?!#)/)
})

t.test('the page has the words, the numbers and the links', async (t) => {
  const page = resultPage(parts)
  t.match(page, '<title>a &lt;b&gt;</title>')
  t.ok(page.includes(`<figcaption>${drawn.alt.replace('<b>', '&lt;b&gt;')}</figcaption>`))
  t.match(page, 'href="http://a.example/1.csv"')
  t.match(page, 'The first 1000 of 1500 rows')
  t.equal(page.match(/<tr><td>/g)!.length, 1000)
  t.match(page, 'revision r.1, 3 points')
  const figure = JSON.parse(/id="figure">([\s\S]*?)<\/script>/.exec(page)![1]!)
  t.same([figure.from, figure.to], [start, start + 1499 * hour])
  t.same(figure.series[0].timestamps.length, 1500)
})

t.test('a picture in the colours of either theme takes those of the page', async (t) => {
  t.match(resultPage(parts), `.chart svg [fill="${colours.light.ink}"] { fill: var(--ink); }`)
  const dark = resultPage({ ...parts, svg: svgOf('dark'), provenance: { ...provenance, params: { theme: 'dark' } } })
  t.match(dark, '<html lang="en" data-theme="dark">')
  t.match(dark, `.chart svg [stroke="${colours.dark.series[0]}"] { stroke: var(--series-0); }`)
})

t.test('the labels of the time axis, and no others, give way to those of a closer look', async (t) => {
  for (const name of ['line', 'several', 'bar', 'gaps', 'small', 'units', 'references', 'overlay'])
    t.equal(resultPage({ ...parts, svg: svgOf(name) }).match(/role-axis-label x-labels"/g)?.length, 1, name)
})

t.test('a result without a figure is a page that stands still', async (t) => {
  const page = resultPage({ ...parts, figure: undefined })
  t.notMatch(page, /<script|<button/)
  t.match(page, '<title>plot: a</title>')
  t.match(page, '<svg')
})

t.test('of a picture that is not over time each mark says what it is', async (t) => {
  const page = resultPage({ ...parts, figure: undefined, svg: svgOf('heatmap-hours') })
  t.equal(page.match(/<script>/g)!.length, 1)
  t.notMatch(page, /id="figure"|id="nearer"/)
  t.match(page, 'aria-label="Monday, 00:00: 17.6962 kW (26 points)"')
  t.match(page, '<button id="theme">')
  const script = /<script>([\s\S]*?)<\/script>/.exec(page)![1]!
  t.doesNotThrow(() => new Function(script))
  const hash = createHash('sha256').update(script).digest('base64')
  t.ok(pagePolicy.includes(`'sha256-${hash}'`))
})

t.test('the colours of cells take those of the page too', async (t) => {
  const page = resultPage({ ...parts, figure: undefined, svg: svgOf('calendar') })
  for (const [i, colour] of colours.light.ramp.entries()) {
    t.ok(page.includes(`.chart svg [fill="${colour}"] { fill: var(--ramp-${i}); }`))
    t.ok(page.includes(`--ramp-${i}: ${colours.dark.ramp[i]};`))
  }
})

t.test('no two of a theme’s colours are the same: each is exchanged for its own', async (t) => {
  for (const { series, ramp, diverging, ...single } of Object.values(colours)) {
    const all = [...Object.values(single), ...series, ...ramp, ...diverging]
    t.equal(new Set(all).size, all.length)
  }
})
