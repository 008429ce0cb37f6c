// The frames of a figure, one for each panel, and what a closer look draws into them.
const chart = document.querySelector('.chart')
const root = document.querySelector('.chart svg .role-frame.root > g')
const groups = figure.panels ? [...root.querySelectorAll(':scope > g > .role-scope > g')] : [root]
// A picture that has more than the plot over time says which part of it that is.
const plotArea = groups[0].querySelector('.plot_area_marks') ?? groups[0].querySelector('path.background')
const { width, height } = plotArea.getBBox()
const whole = [figure.from, figure.to]
const dashes = ['', '5 3', '1.5 2.5', '8 3 2 3']
const colourOf = (series, i) => (series.isPast ? 'var(--axis)' : `var(--series-${(series.colour ?? i) % 5})`)
let range = whole

function add(parent, name, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  return parent.appendChild(element)
}

/** What stands above a plot, such as the name of a panel, stays, and so does what is not drawn over time. */
const isKept = (element) =>
  /keep_/.test(element.getAttribute('class')) ||
  /translate\([^,]*,-/.test(element.querySelector('text')?.getAttribute('transform') ?? '')

const frames = groups.map((group, i) => {
  for (const drawn of group.querySelectorAll(':scope > g > .role-scope, :scope > g > .role-mark'))
    if (!isKept(drawn)) drawn.classList.add('whole')
  const clip = add(add(group, 'clipPath', { id: `plot-area-${i}` }), 'rect', { width, height, y: -1 })
  const series = figure.series.map((one, at) => ({ ...one, at })).filter(({ at }) => !figure.panels || at === i)
  return {
    clip: clip.parentNode.id,
    domain: (figure.panels?.[i] ?? figure).domain,
    series,
    hasTicks: group.querySelector('.x-labels text') !== null,
    closer: add(group, 'g', { class: 'closer' }),
    cursor: add(group, 'g', { class: 'cursor' }),
    selection: add(group, 'rect', { class: 'selection', height, width: 0 }),
    area: add(group, 'rect', { class: 'area', width, height, fill: 'transparent' }),
  }
})

const xOf = (time) => ((time - range[0]) / (range[1] - range[0])) * width
const timeOf = (x) => range[0] + (Math.min(Math.max(x, 0), width) / width) * (range[1] - range[0])
const domainOf = (frame, { axis }) => (axis === 'right' ? figure.right.domain : frame.domain)
const yOf = ([low, high], value) => ((high - value) / (high - low)) * height

function drawCloser() {
  const isWhole = range === whole
  chart.classList.toggle('is-closer', !isWhole)
  document.getElementById('reset').disabled = isWhole
  for (const frame of frames) {
    frame.closer.replaceChildren()
    if (!isWhole) drawFrame(frame)
  }
}

function drawFrame(frame) {
  for (const [i, [time, step]] of (frame.hasTicks ? ticks() : []).entries()) {
    const x = xOf(time)
    add(frame.closer, 'line', { x1: x, x2: x, y1: height, y2: height + 5, stroke: 'var(--axis)' })
    for (const [line, text] of tickText(time, step, i === 0).entries())
      add(frame.closer, 'text', { x, y: height + 19 + 15 * line, 'text-anchor': 'middle' }, text)
  }
  const marks = add(frame.closer, 'g', { 'clip-path': `url(#${frame.clip})` })
  for (const reference of figure.references ?? []) drawReference(marks, frame, reference)
  for (const series of frame.series) drawSeries(marks, series, domainOf(frame, series))
}

function drawReference(marks, frame, { is, from, to, label, axis }) {
  const domain = domainOf(frame, { axis })
  const [start, end] = is === 'value' ? [yOf(domain, to), yOf(domain, from)] : [xOf(from), xOf(to)]
  const across = is === 'value' ? { x: 0, width } : { y: 0, height }
  if (end > start)
    add(marks, 'rect', {
      ...across,
      [is === 'value' ? 'y' : 'x']: start,
      [is === 'value' ? 'height' : 'width']: end - start,
      class: 'band',
    })
  else {
    const ends =
      is === 'value' ? { x1: 0, x2: width, y1: start, y2: start } : { x1: start, x2: start, y1: 0, y2: height }
    add(marks, 'line', { ...ends, class: 'reference' })
  }
  const place =
    is === 'value'
      ? { x: width - 5, y: start + (end > start ? 13 : -5), 'text-anchor': 'end' }
      : { x: start + 5, y: 13 }
  add(marks, 'text', place, label)
}

function drawSeries(marks, series, domain) {
  const { timestamps, values, starts, at: i } = series
  const colour = colourOf(series, i)
  const count = figure.panels ? 1 : figure.series.length
  const base = yOf(domain, Math.min(Math.max(0, domain[0]), domain[1]))
  const first = Math.max(0, nearest(timestamps, range[0]) - 2)
  const last = Math.min(timestamps.length, nearest(timestamps, range[1]) + 3)
  const isStart = new Set(starts)
  let bar = figure.mark === 'bar' ? width : 0
  if (bar)
    for (let k = first + 1; k < last; k++) bar = Math.min(bar, (xOf(timestamps[k]) - xOf(timestamps[k - 1])) * 0.8)
  bar = Math.min(bar, 72 * count) / count
  const stroke = {
    stroke: colour,
    'stroke-dasharray': series.colour === undefined ? dashes[Math.floor(i / 5) % 4] : '',
  }
  let [path, run, lastX] = ['', '', 0]
  const endRun = () => {
    path += run
    if (run && figure.mark === 'area')
      add(marks, 'path', {
        d: `${run}L${lastX},${base}L${/M([^,]+)/.exec(run)[1]},${base}Z`,
        fill: colour,
        class: 'fill',
      })
    run = ''
  }
  for (let k = first; k < last; k++) {
    const [x, y] = [xOf(timestamps[k]), yOf(domain, values[k])]
    if (figure.mark === 'bar') {
      const left = x - (bar * count) / 2 + bar * (figure.panels ? 0 : i)
      add(marks, 'rect', {
        x: left,
        y: Math.min(y, base),
        width: Math.max(bar, 1),
        height: Math.abs(y - base),
        fill: colour,
      })
    } else if (figure.mark === 'scatter') add(marks, 'circle', { cx: x, cy: y, r: 3, fill: colour })
    else {
      if (k > first && isStart.has(k)) endRun()
      run += run === '' ? `M${x},${y}` : figure.mark === 'step' ? `H${x}V${y}` : `L${x},${y}`
      if (isStart.has(k) && (isStart.has(k + 1) || k + 1 === timestamps.length))
        add(marks, 'circle', { cx: x, cy: y, r: 2.5, fill: colour })
    }
    lastX = x
  }
  endRun()
  if (path)
    add(marks, 'path', {
      d: path,
      fill: 'none',
      'stroke-width': series.isPast ? 0.8 : 2,
      'stroke-linejoin': 'round',
      ...stroke,
    })
}

function zoom(from, to) {
  const least = Math.max(1, (whole[1] - whole[0]) / 1e6)
  if (to - from < least) return
  range = from <= whole[0] && to >= whole[1] ? whole : [Math.max(from, whole[0]), Math.min(to, whole[1])]
  drawCloser()
  point(at)
}
