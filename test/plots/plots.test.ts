import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { render } from '../../functions/worker/render.ts'
import { type PlotParams, plot } from '../../shared/analysis/plot.ts'
import { cellWidth } from '../../shared/analysis/text-cells.ts'
import { textChart } from '../../shared/analysis/text-chart.ts'
import { examples } from './examples.ts'

const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }
const file = (name: string) => new URL(name, import.meta.url)

/** With UPDATE_PLOTS=1 the pictures are written anew: look at them before you keep them. */
const isUpdate = process.env.UPDATE_PLOTS === '1'

for (const { name, shows, series, params } of examples) {
  t.test(`${name}: ${shows}`, async (t) => {
    const all = { ...defaults, ...params }
    const { chart, alt, figure, text } = plot.run({ series, params: all })
    const { svg, warnings } = await render(chart, { tz: all.tz, alt, isOurs: true })
    const forms = { svg, txt: figure ? textChart(figure) : text! }
    for (const [suffix, form] of Object.entries(forms)) {
      const path = file(`${name}.${suffix}`)
      if (isUpdate) writeFileSync(path, form)
      t.ok(existsSync(path), 'the picture was reviewed')
      t.equal(form, readFileSync(path, 'utf8'))
    }
    t.same(warnings, [])
    t.equal((await render(chart, { tz: all.tz, alt })).svg, svg, 'the same where expressions are interpreted')
    for (const line of forms.txt.split('\n')) t.ok(cellWidth(line) <= 80, line)
  })

  t.test(`${name}: as large as asked for, light and dark, without a warning`, async (t) => {
    for (const theme of ['light', 'dark'] as const) {
      for (const [width, height] of [
        [800, 400],
        [300, 180],
      ] as const) {
        const all = { ...defaults, ...params, theme, width, height }
        const { chart, alt } = plot.run({ series, params: all })
        const drawn = await render(chart, { tz: all.tz, alt, isOurs: true })
        t.same([drawn.width, drawn.height, drawn.warnings], [width, height, []], `${theme}, ${width} × ${height}`)
      }
    }
  })
}

t.test('every picture has its example', async (t) => {
  const pictures = readdirSync(new URL('.', import.meta.url)).filter((entry) => !/\.ts$|^describe-/.test(entry))
  t.same(pictures.sort(), examples.flatMap(({ name }) => [`${name}.svg`, `${name}.txt`]).sort())
})
