// Makes the picture of a result answer the pointer and the keyboard: values at a time, and a closer look at a part of it.
// All that it needs stands in the page.
const figure = JSON.parse(document.getElementById('figure').textContent)
const chart = document.querySelector('.chart')
const root = document.querySelector('.chart svg .role-frame.root > g')
// A picture that has more than the plot over time says which part of it that is.
const plotArea = root.querySelector('.plot_area_marks') ?? root.querySelector('path.background')
const { width, height } = plotArea.getBBox()
const [low, high] = figure.domain
const whole = [figure.from, figure.to]
const dashes = ['', '5 3', '1.5 2.5', '8 3 2 3']
const colour = (i) => `var(--series-${i % 5})`
let range = whole
let at

function add(parent, name, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  return parent.appendChild(element)
}

const clip = add(add(root, 'clipPath', { id: 'plot-area' }), 'rect', { width, height })
clip.setAttribute('y', -1)
const closer = add(root, 'g', { class: 'closer' })
const cursor = add(root, 'g', { class: 'cursor' })
const selection = add(root, 'rect', { class: 'selection', height, width: 0 })
const area = add(root, 'rect', { class: 'area', width, height, fill: 'transparent' })
const tip = document.getElementById('tip')
const said = document.getElementById('said')

const xOf = (time) => ((time - range[0]) / (range[1] - range[0])) * width
const timeOf = (x) => range[0] + (Math.min(Math.max(x, 0), width) / width) * (range[1] - range[0])
const yOf = (value) => ((high - value) / (high - low)) * height

// --- Times in the zone of the chart.

const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: figure.tz, ...options })
const clock = format({
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})
/** What the zone's clock shows, as if it were UTC. */
function local(time) {
  const part = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const ms = ((time % 1000) + 1000) % 1000
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) + ms
}
const instant = (shown) => shown - (local(shown - (local(shown) - shown)) - (shown - (local(shown) - shown)))

const times = figure.series.flatMap(({ timestamps }) => timestamps)
const isDaily = times.every((time) => local(time) % 86_400_000 === 0)
const finest = times.some((time) => time % 1000) ? 12 : times.some((time) => time % 60_000) ? 8 : 5
const dayText = format({ day: 'numeric', month: 'short', year: 'numeric' })
const clockText = (time, length) => new Date(local(time)).toISOString().slice(11, 11 + length)
const timeText = (time) => dayText.format(time) + (isDaily ? '' : `, ${clockText(time, finest)}`)

const [second, hour, day] = [1000, 3_600_000, 86_400_000]
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 15 * second, 30 * second]
steps.push(
  ...[1, 2, 5, 15, 30].map((n) => n * 60_000),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
  2 * day,
  7 * day,
  14 * day,
)

function ticks() {
  const most = Math.max(2, Math.floor(width / 84))
  const [from, to] = range.map(local)
  const step = steps.find((step) => (to - from) / step <= most)
  const found = []
  if (step) {
    const origin = step % (7 * day) === 0 ? 4 * day : 0 // Mondays
    for (let t = Math.ceil((from - origin) / step) * step + origin; t <= to; t += step) found.push(t)
  } else {
    const months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000].find(
      (n) => (to - from) / (n * 30.4 * day) <= most,
    )
    const first = new Date(from)
    const month = first.getUTCFullYear() * 12 + first.getUTCMonth()
    for (let m = Math.ceil(month / months) * months; ; m += months) {
      const t = new Date(0).setUTCFullYear(Math.floor(m / 12), m % 12, 1)
      if (t > to) break
      if (t >= from) found.push(t)
    }
  }
  return found.map((t) => [instant(t), step ?? 30 * day])
}

function tickText(time, step, isFirst) {
  if (step >= 30 * day) return [format({ month: 'short', year: 'numeric' }).format(time)]
  const shown = format({ day: 'numeric', month: 'short', ...(isFirst && { year: 'numeric' }) }).format(time)
  if (step >= day) return [shown]
  const isNewDay = isFirst || local(time) % day === 0
  return [clockText(time, step >= 60_000 ? 5 : step >= second ? 8 : 12), ...(isNewDay ? [shown] : [])]
}

// --- A closer look.

function drawCloser() {
  closer.replaceChildren()
  const isWhole = range === whole
  chart.classList.toggle('is-closer', !isWhole)
  document.getElementById('reset').disabled = isWhole
  if (isWhole) return
  for (const [i, [time, step]] of ticks().entries()) {
    const x = xOf(time)
    add(closer, 'line', { x1: x, x2: x, y1: height, y2: height + 5, stroke: 'var(--axis)' })
    for (const [line, text] of tickText(time, step, i === 0).entries())
      add(closer, 'text', { x, y: height + 19 + 15 * line, 'text-anchor': 'middle' }, text)
  }
  const marks = add(closer, 'g', { 'clip-path': 'url(#plot-area)' })
  for (const [i, series] of figure.series.entries()) drawSeries(marks, series, i)
}

function drawSeries(marks, { timestamps, values, starts }, i) {
  const base = yOf(Math.min(Math.max(0, low), high))
  const first = Math.max(0, nearest(timestamps, range[0]) - 2)
  const last = Math.min(timestamps.length, nearest(timestamps, range[1]) + 3)
  const isStart = new Set(starts)
  let bar = figure.mark === 'bar' ? width : 0
  if (bar)
    for (let k = first + 1; k < last; k++) bar = Math.min(bar, (xOf(timestamps[k]) - xOf(timestamps[k - 1])) * 0.8)
  bar = Math.min(bar, 72 * figure.series.length) / figure.series.length
  const stroke = { stroke: colour(i), 'stroke-dasharray': dashes[Math.floor(i / 5) % 4] }
  let [path, run, lastX] = ['', '', 0]
  const endRun = () => {
    path += run
    if (run && figure.mark === 'area')
      add(marks, 'path', {
        d: `${run}L${lastX},${base}L${/M([^,]+)/.exec(run)[1]},${base}Z`,
        fill: colour(i),
        class: 'fill',
      })
    run = ''
  }
  for (let k = first; k < last; k++) {
    const [x, y] = [xOf(timestamps[k]), yOf(values[k])]
    if (figure.mark === 'bar') {
      const left = x - (bar * figure.series.length) / 2 + bar * i
      add(marks, 'rect', {
        x: left,
        y: Math.min(y, base),
        width: Math.max(bar, 1),
        height: Math.abs(y - base),
        fill: colour(i),
      })
    } else if (figure.mark === 'scatter') add(marks, 'circle', { cx: x, cy: y, r: 3, fill: colour(i) })
    else {
      if (k > first && isStart.has(k)) endRun()
      run += run === '' ? `M${x},${y}` : figure.mark === 'step' ? `H${x}V${y}` : `L${x},${y}`
      if (isStart.has(k) && (isStart.has(k + 1) || k + 1 === timestamps.length))
        add(marks, 'circle', { cx: x, cy: y, r: 2.5, fill: colour(i) })
    }
    lastX = x
  }
  endRun()
  if (path) add(marks, 'path', { d: path, fill: 'none', 'stroke-width': 2, 'stroke-linejoin': 'round', ...stroke })
}

function zoom(from, to) {
  const least = Math.max(1, (whole[1] - whole[0]) / 1e6)
  if (to - from < least) return
  range = from <= whole[0] && to >= whole[1] ? whole : [Math.max(from, whole[0]), Math.min(to, whole[1])]
  drawCloser()
  point(at)
}

/** Shows so many times as much, around a time. */
function scale(factor, around = at ?? (range[0] + range[1]) / 2) {
  zoom(around - (around - range[0]) * factor, around + (range[1] - around) * factor)
}

// --- Values at a time.

function nearest(timestamps, time) {
  let [from, to] = [0, timestamps.length - 1]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    if (timestamps[middle] <= time) from = middle
    else to = middle
  }
  return Math.abs(timestamps[to] - time) < Math.abs(timestamps[from] - time) ? to : from
}

const numberText = new Intl.NumberFormat('en', { maximumSignificantDigits: 15 })

function point(time) {
  at = time
  cursor.replaceChildren()
  tip.hidden = time === undefined || time < range[0] || time > range[1]
  if (tip.hidden) return
  const found = figure.series.map((series) => nearest(series.timestamps, time))
  const shownAt = found
    .map((k, i) => figure.series[i].timestamps[k])
    .reduce((a, b) => (Math.abs(b - time) < Math.abs(a - time) ? b : a))
  const x = xOf(shownAt)
  if (x < -1 || x > width + 1) {
    tip.hidden = true
    return
  }
  add(cursor, 'line', { x1: x, x2: x, y1: 0, y2: height })
  tip.replaceChildren(Object.assign(document.createElement('b'), { textContent: timeText(shownAt) }))
  for (const [i, { label, unit, timestamps, values }] of figure.series.entries()) {
    const k = found[i]
    if (Math.abs(xOf(timestamps[k]) - x) > 6) continue
    add(cursor, 'circle', { cx: xOf(timestamps[k]), cy: yOf(values[k]), r: 4, fill: colour(i) })
    const row = tip.appendChild(document.createElement('div'))
    row.appendChild(document.createElement('i')).style.background = colour(i)
    const name = figure.series.length > 1 ? `${label}: ` : ''
    row.append(`${name}${numberText.format(values[k]).replace('-', '−')} ${unit}`)
  }
  said.textContent = tip.innerText.replace(/\n/g, ', ')
  const box = area.getBoundingClientRect()
  const outer = chart.getBoundingClientRect()
  const left = box.left - outer.left + (x / width) * box.width
  tip.style.left = `${left + (x > width / 2 ? -tip.offsetWidth - 12 : 12)}px`
  tip.style.top = `${box.top - outer.top + 8}px`
}

/** The next time at which any series has a point, forwards or backwards. */
function step(by) {
  let best
  for (const { timestamps } of figure.series) {
    const from = nearest(timestamps, at ?? range[0])
    for (const time of timestamps.slice(Math.max(0, from - 2), from + 3))
      if ((time - (at ?? range[0] - 1)) * by > 0 && (best === undefined || (best - time) * by > 0)) best = time
  }
  if (best !== undefined) point(best)
}

const pointerX = (event) => {
  const box = area.getBoundingClientRect()
  return ((event.clientX - box.left) / box.width) * width
}
let pressed
area.addEventListener('pointerdown', (event) => {
  pressed = pointerX(event)
  area.setPointerCapture(event.pointerId)
})
area.addEventListener('pointermove', (event) => {
  const x = pointerX(event)
  if (pressed === undefined || Math.abs(x - pressed) < 4) return point(timeOf(x))
  selection.setAttribute('x', Math.max(0, Math.min(x, pressed)))
  selection.setAttribute('width', Math.abs(Math.min(Math.max(x, 0), width) - pressed))
})
area.addEventListener('pointerup', (event) => {
  const x = pointerX(event)
  if (pressed !== undefined && Math.abs(x - pressed) >= 4)
    zoom(timeOf(Math.min(x, pressed)), timeOf(Math.max(x, pressed)))
  pressed = undefined
  selection.setAttribute('width', 0)
})
area.addEventListener('pointerleave', () => point(undefined))
area.addEventListener('dblclick', () => zoom(...whole))
area.addEventListener(
  'wheel',
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return // the page scrolls
    event.preventDefault()
    scale(event.deltaY > 0 ? 1.25 : 0.8, timeOf(pointerX(event)))
  },
  { passive: false },
)

const keys = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  Home: () => point(range[0]),
  End: () => point(range[1]),
}
Object.assign(keys, {
  '+': () => scale(0.5),
  '-': () => scale(2),
  0: () => zoom(...whole),
  Escape: () => point(undefined),
})
chart.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return
  event.preventDefault()
  keys[event.key]()
})
document.getElementById('nearer').addEventListener('click', () => scale(0.5))
document.getElementById('farther').addEventListener('click', () => scale(2))
document.getElementById('reset').addEventListener('click', () => zoom(...whole))
document.getElementById('theme').addEventListener('click', () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark'
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark'
})
document.body.classList.add('is-alive')
drawCloser()
