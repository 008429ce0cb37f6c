// Makes the picture of a figure answer the pointer and the keyboard: values at a time, and a closer look at a part of it.
// All that it needs stands in the page.
const tip = document.getElementById('tip')
const said = document.getElementById('said')
/** More lines than these are not told at once. */
const mostTold = 14
let at

/** Shows so many times as much, around a time. */
function scale(factor, around = at ?? (range[0] + range[1]) / 2) {
  zoom(around - (around - range[0]) * factor, around + (range[1] - around) * factor)
}

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

function point(time, frame = frames[0]) {
  at = time
  for (const { cursor } of frames) cursor.replaceChildren()
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
  tip.replaceChildren(Object.assign(document.createElement('b'), { textContent: timeText(shownAt) }))
  let told = 0
  for (const own of frames) {
    add(own.cursor, 'line', { x1: x, x2: x, y1: 0, y2: height })
    for (const series of own.series) {
      const { label, unit, timestamps, values, isPast, at: i } = series
      const k = found[i]
      if (isPast || Math.abs(xOf(timestamps[k]) - x) > 6) continue
      const fill = colourOf(series, i)
      add(own.cursor, 'circle', { cx: xOf(timestamps[k]), cy: yOf(domainOf(own, series), values[k]), r: 4, fill })
      if (++told > mostTold) continue
      const row = tip.appendChild(document.createElement('div'))
      row.appendChild(document.createElement('i')).style.background = fill
      const name = figure.series.length > 1 ? `${label}: ` : ''
      row.append(`${name}${numberText.format(values[k]).replace('-', '−')} ${unit}`)
    }
  }
  if (told > mostTold) tip.appendChild(document.createElement('div')).textContent = `and ${told - mostTold} more`
  said.textContent = tip.innerText.replace(/\n/g, ', ')
  const box = frame.area.getBoundingClientRect()
  const outer = chart.getBoundingClientRect()
  const left = box.left - outer.left + (x / width) * box.width
  const side = left > outer.width / 2 ? -tip.offsetWidth - 12 : 12
  tip.style.left = `${Math.max(0, left + side)}px`
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

let pressed
for (const frame of frames) {
  const { area, selection } = frame
  const pointerX = (event) => {
    const box = area.getBoundingClientRect()
    return ((event.clientX - box.left) / box.width) * width
  }
  area.addEventListener('pointerdown', (event) => {
    pressed = pointerX(event)
    area.setPointerCapture(event.pointerId)
  })
  area.addEventListener('pointermove', (event) => {
    const x = pointerX(event)
    if (pressed === undefined || Math.abs(x - pressed) < 4) return point(timeOf(x), frame)
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
}

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
drawCloser()
