import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { render } from '../../functions/worker/render.ts'
import { describe } from '../../shared/analysis/describe.ts'
import type { DescribeParams } from '../../shared/analysis/describe-params.ts'
import type { SeriesInput } from '../../shared/analysis/kind.ts'
import { cellWidth } from '../../shared/analysis/text-cells.ts'
import { oneSeries, points } from './draw.ts'
import { examples } from './examples.ts'

const defaults: DescribeParams = { quantiles: [1, 5, 25, 75, 95, 99], width: 800, theme: 'light', tz: 'UTC' }
const seriesOf = (name: string) => examples.find((example) => example.name === name)!.series
const file = (name: string) => new URL(name, import.meta.url)
/** With UPDATE_PLOTS=1 the pictures are written anew: look at them before you keep them. */
const isUpdate = process.env.UPDATE_PLOTS === '1'

const pictures: { name: string; shows: string; series: SeriesInput[]; params?: Partial<DescribeParams> }[] = [
  {
    name: 'describe-one',
    shows: 'a series with its mean and trend, and below it the histogram with its quantiles',
    series: seriesOf('line'),
  },
  {
    name: 'describe-gaps',
    shows: 'a series that stops now and then, in its own time zone, on a dark ground',
    series: seriesOf('gaps'),
    params: { theme: 'dark', tz: 'America/Los_Angeles' },
  },
  {
    name: 'describe-skewed',
    shows: 'values of which most are small, in more bars than usual; other quantiles',
    series: seriesOf('bar'),
    params: { bins: 30, quantiles: [10, 90, 99.9] },
  },
  {
    name: 'describe-several',
    shows: 'series of different units below one another, each with its own histogram',
    series: [...seriesOf('several'), seriesOf('units')[1]!],
    params: { title: 'Weather in Seattle' },
  },
  {
    name: 'describe-ten',
    shows: 'ten series in rows, on a dark ground',
    series: seriesOf('ten'),
    params: { theme: 'dark', title: 'Unemployment by industry' },
  },
]

for (const { name, shows, series, params } of pictures) {
  t.test(`${name}: ${shows}`, async (t) => {
    const all = { ...defaults, ...params }
    const { chart, alt, text } = describe.run({ series, params: all })
    const { svg, warnings } = await render(chart, { tz: all.tz, alt, isOurs: true })
    for (const [suffix, form] of Object.entries({ svg, txt: text! })) {
      const path = file(`${name}.${suffix}`)
      if (isUpdate) writeFileSync(path, form)
      t.ok(existsSync(path), 'the picture was reviewed')
      t.equal(form, readFileSync(path, 'utf8'))
    }
    t.same(warnings, [])
    t.equal((await render(chart, { tz: all.tz, alt })).svg, svg, 'the same where expressions are interpreted')
    for (const line of text!.split('\n')) t.ok(cellWidth(line) <= 80, line)
  })
}

t.test('every picture has its example', async (t) => {
  const found = readdirSync(new URL('.', import.meta.url)).filter((entry) => /^describe-.*(?<!\.ts)$/.test(entry))
  t.same(found.sort(), pictures.flatMap(({ name }) => [`${name}.svg`, `${name}.txt`]).sort())
})

t.test('whatever the values, the picture has its size and nothing odd', async (t) => {
  const cases: [string, SeriesInput[], Partial<DescribeParams>?][] = [
    [
      'one point',
      [
        oneSeries(
          'a',
          points(1, () => 5),
        ),
      ],
    ],
    [
      'two points',
      [
        oneSeries(
          'a',
          points(2, (i) => i),
        ),
      ],
    ],
    [
      'equal values',
      [
        oneSeries(
          'a',
          points(50, () => 0.1),
        ),
      ],
    ],
    [
      'the largest doubles',
      [
        oneSeries(
          'a',
          points(50, (i) => (i % 2 ? 1.79e308 : -1.79e308)),
        ),
      ],
    ],
    [
      'the smallest doubles',
      [
        oneSeries(
          'a',
          points(50, (i) => i * 5e-324),
        ),
      ],
    ],
    [
      'far from zero',
      [
        oneSeries(
          'a',
          points(500, (i) => 1e9 + Math.sin(i)),
        ),
      ],
    ],
    ['the smallest picture', seriesOf('line'), { width: 400, height: 440 }],
    [
      'rows of all kinds',
      [1, 2, 3, 0].map((n) =>
        oneSeries(
          `a${n}`,
          points(n, (i) => 10 ** (100 * i)),
        ),
      ),
    ],
    ['more rows than there is room for', seriesOf('ten'), { height: 440 }],
  ]
  for (const [name, series, params] of cases) {
    const { chart, alt, text } = describe.run({ series, params: { ...defaults, ...params } })
    const { svg, width, height, warnings } = await render(JSON.parse(JSON.stringify(chart)), {
      tz: 'UTC',
      alt,
      isOurs: true,
    })
    t.same(warnings, [], name)
    t.same([width, height], [chart.width, chart.height], name)
    t.notMatch(svg, /NaN|Infinity/, name)
    t.notMatch(alt + text, /NaN|Infinity|undefined|null/, name)
    for (const line of text!.split('\n')) t.ok(cellWidth(line) <= 80, line)
  }
})
