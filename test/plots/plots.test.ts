import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { render } from '../../functions/worker/render.ts'
import { type PlotParams, plot } from '../../shared/analysis/plot.ts'
import { examples } from './examples.ts'

const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }
const file = (name: string) => new URL(`${name}.svg`, import.meta.url)

/** With UPDATE_PLOTS=1 the pictures are written anew: look at them before you keep them. */
const isUpdate = process.env.UPDATE_PLOTS === '1'

for (const { name, shows, series, params } of examples) {
  t.test(`${name}: ${shows}`, async (t) => {
    const all = { ...defaults, ...params }
    const { chart, alt } = plot.run({ series, params: all })
    const { svg, warnings } = await render(chart, { tz: all.tz, alt })
    if (isUpdate) writeFileSync(file(name), svg)
    t.ok(existsSync(file(name)), 'the picture was reviewed')
    t.equal(svg, readFileSync(file(name), 'utf8'))
    t.same(warnings, [])
  })
}

t.test('every picture has its example', async (t) => {
  const pictures = readdirSync(new URL('.', import.meta.url)).filter((entry) => entry.endsWith('.svg'))
  t.same(pictures.sort(), examples.map(({ name }) => `${name}.svg`).sort())
})
