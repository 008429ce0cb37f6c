import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Colours, colours } from '../analysis/chart.ts'
import type { Figure } from '../analysis/figure.ts'
import { type Table, tableOf } from './csv.ts'

const file = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
/** One script, written in parts that share their names. */
const parts = (...names: string[]) => names.map((name) => file(`./page-${name}.js`)).join('\n')
const readFigure = "const figure = JSON.parse(document.getElementById('figure').textContent)\n"
const scripts = {
  /** For pictures over time: a closer look, and the values at a time. */
  times: readFigure + parts('draw', 'times', 'point', 'theme'),
  /** For others: what each mark is. */
  marks: parts('marks', 'theme'),
}
const style = file('./page.css')
const hashOf = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`
const scriptHashes = Object.values(scripts).map(hashOf).join(' ')

/** What the page may do wherever it is: run its own script, and load nothing. */
const inPage = `default-src 'none'; style-src 'unsafe-inline'; script-src ${scriptHashes}; img-src data:; base-uri 'none'; form-action 'none'`
/** The policy that it is served with: it runs apart from the origin that it is from. */
export const pagePolicy = `sandbox allow-scripts allow-downloads; ${inPage}`

/** More rows than this are left to the CSV. */
const maxRows = 1000

export interface PageParts {
  alt: string
  svg: string
  data: unknown
  /** Without it the picture stands still. */
  figure?: Figure | undefined
  provenance: {
    kind: string
    params: Record<string, unknown>
    series: { name: string; revision: string; count: number }[]
    finished: string
  }
  /** Addresses of the other forms. */
  artifacts: Record<string, string>
}

/**
 * A result as a page of its own that needs nothing else: the picture, the values under the pointer and a closer look at a
 * part of it, light and dark, what it shows in words, its numbers as a table, and where it comes from.
 */
export function resultPage({ alt, svg, data, figure, provenance, artifacts }: PageParts): string {
  const title = figure?.title ?? `${provenance.kind}: ${provenance.series.map(({ name }) => name).join(', ')}`
  const table = tableOf(data)
  const hasMarks = !figure && svg.includes('<path aria-label=')
  const script = figure ? scripts.times : hasMarks ? scripts.marks : ''
  const links = Object.entries(artifacts).filter(([suffix]) => suffix !== 'html')
  return `<!doctype html>
<html lang="en"${provenance.params.theme === 'dark' ? ' data-theme="dark"' : ''}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${inPage}">
<meta name="viewport" content="width=device-width">
<title>${html(title)}</title>
<style>
${themes}${repaint(svg)}${style}</style>
</head>
<body>
<main>
<figure>
<div class="chart"${figure ? focusable(keysOfTimes) : hasMarks ? focusable(keysOfMarks) : ''}>${nameAxes(svg, figure?.panels !== undefined)}<div id="tip" hidden></div></div>
<div id="said" role="status"></div>
${script === '' ? '' : `<div class="controls">${figure ? zoomControls : ''}${themeControl}</div>\n`}<figcaption>${html(alt)}</figcaption>
</figure>
<p>${links.map(([suffix, address]) => `<a href="${html(address)}">${html(suffix)}</a>`).join(' · ')}</p>
<details><summary>Numbers</summary>${htmlTable(turned(table))}</details>
<details><summary>Where it comes from</summary>${origin(provenance)}</details>
</main>
${figure ? `<script type="application/json" id="figure">${inScript(figure)}</script>\n` : ''}${script === '' ? '' : `<script>${script}</script>\n`}</body>
</html>
`
}

const focusable = (keys: string) => ` tabindex="0" role="group" aria-label="Chart: ${keys}"`
const keysOfTimes = 'arrow keys go from point to point, plus and minus zoom, 0 shows the whole range'
const keysOfMarks = 'arrow keys go from one to the next'
const zoomControls =
  '<button id="nearer">Zoom in</button><button id="farther">Zoom out</button><button id="reset">Whole range</button><span>Drag over the chart to look closer</span>'
const themeControl = '<button id="theme">Light or dark</button>'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A text as HTML, in an element or in quotes. */
const html = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!).toWellFormed()

/** JSON that can't end the element it stands in. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const lists = ['series', 'ramp', 'diverging'] as const
const names: [keyof Omit<Colours, (typeof lists)[number]>, string][] = [
  ['background', '--background'],
  ['ink', '--ink'],
  ['muted', '--muted'],
  ['axis', '--axis'],
  ['grid', '--grid'],
]

function variables(palette: Colours): [name: string, colour: string][] {
  return [
    ...names.map(([key, name]): [string, string] => [name, palette[key]]),
    ...lists.flatMap((list) => palette[list].map((colour, i): [string, string] => [`--${list}-${i}`, colour])),
  ]
}

const declare = (palette: Colours) =>
  variables(palette)
    .map(([name, colour]) => `${name}: ${colour};`)
    .join(' ')

/** The reader's system chooses, or the button. */
const themes = `:root { color-scheme: light; ${declare(colours.light)} }
:root[data-theme="dark"] { color-scheme: dark; ${declare(colours.dark)} }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { color-scheme: dark; ${declare(colours.dark)} } }
`

/** Rules that give the picture the colours of the page: it was drawn in those of one theme. */
function repaint(svg: string): string {
  const drawn = svg.includes(`fill="${colours.dark.background}"`) ? colours.dark : colours.light
  return variables(drawn)
    .flatMap(([name, colour]) =>
      ['fill', 'stroke'].map((what) => `.chart svg [${what}="${colour}"] { ${what}: var(${name}); }\n`),
    )
    .join('')
}

const axisBelow =
  /(<g class="mark-group role-axis"[^>]*><g transform="translate\(0\.5,(?!0\.5\))[\d.]+\)">(?:(?!role-axis").)*?<g class="mark-text role-axis-label)"/

/**
 * Marks the labels of the axes of time, since a closer look has others: of the first axis that stands below a plot, or,
 * with panels, of each.
 */
function nameAxes(svg: string, hasPanels: boolean): string {
  return svg.replace(new RegExp(axisBelow, hasPanels ? 'g' : ''), '$1 x-labels"')
}

/** A table of few long rows reads better with its columns as rows. */
function turned({ columns, rows }: Table): Table {
  if (rows.length > 5 || columns.length <= 12) return { columns, rows }
  const [first, ...others] = columns
  const names = rows.map((row, i) => String(row.get(first!) ?? i))
  const line = (column: string) =>
    new Map([[first!, column], ...rows.map((row, i) => [names[i]!, row.get(column) ?? null] as const)])
  return new Set(names).size < names.length
    ? { columns, rows }
    : { columns: [first!, ...names], rows: others.map(line) }
}

function htmlTable({ columns, rows }: Table): string {
  const head = columns.map((column) => `<th scope="col">${html(column)}</th>`).join('')
  const cell = (value: unknown) =>
    typeof value === 'number' ? `<td class="number">${value}</td>` : `<td>${html(String(value ?? ''))}</td>`
  const body = rows
    .slice(0, maxRows)
    .map((row) => `<tr>${columns.map((column) => cell(row.get(column))).join('')}</tr>`)
  const more = rows.length > maxRows ? `<p>The first ${maxRows} of ${rows.length} rows; the CSV has them all.</p>` : ''
  return `${more}<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
}

function origin({ kind, params, series, finished }: PageParts['provenance']): string {
  const rows = [
    ['kind', kind],
    ['parameters', JSON.stringify(params)],
    ...series.map(({ name, revision, count }) => ['series', `${name}, revision ${revision}, ${count} points`]),
    ['finished', finished],
  ]
  return `<table>${rows.map(([name, value]) => `<tr><th scope="row">${html(name!)}</th><td>${html(value!)}</td></tr>`).join('')}</table>`
}
