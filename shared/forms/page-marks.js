// Makes a picture that is not one over time answer the pointer and the keyboard: each of its marks says what it is.
const chart = document.querySelector('.chart')
const tip = document.getElementById('tip')
const said = document.getElementById('said')
const marks = [...document.querySelectorAll('.chart svg path[aria-label]')]
let at = -1

function show(index) {
  marks[at]?.classList.remove('is-shown')
  at = index
  const mark = marks[at]
  tip.hidden = !mark
  if (!mark) return
  mark.classList.add('is-shown')
  tip.textContent = said.textContent = mark.getAttribute('aria-label')
  const box = mark.getBoundingClientRect()
  const outer = chart.getBoundingClientRect()
  const middle = box.left - outer.left + box.width / 2
  const room = outer.width - tip.offsetWidth
  tip.style.left = `${Math.max(0, Math.min(room, middle > outer.width / 2 ? middle - tip.offsetWidth - 10 : middle + 10))}px`
  tip.style.top = `${Math.max(0, box.top - outer.top - tip.offsetHeight - 6)}px`
}

for (const [i, mark] of marks.entries()) mark.addEventListener('pointerenter', () => show(i))
chart.addEventListener('pointerleave', () => show(-1))

/** The next mark above or below, the nearest first: sideways counts four times. */
function next(down) {
  if (at < 0) return 0
  const place = (mark) => {
    const { left, top, width, height } = mark.getBoundingClientRect()
    return [left + width / 2, top + height / 2]
  }
  const [x, y] = place(marks[at])
  let [best, least] = [at, Number.POSITIVE_INFINITY]
  for (const [i, mark] of marks.entries()) {
    const [ox, oy] = place(mark)
    const [ahead, aside] = [(oy - y) * down, Math.abs(ox - x)]
    if (ahead > 0.5 && ahead + 4 * aside < least) [best, least] = [i, ahead + 4 * aside]
  }
  return best
}

const keys = {
  ArrowLeft: () => show(Math.max(0, at - 1)),
  ArrowRight: () => show(Math.min(marks.length - 1, at + 1)),
  ArrowUp: () => show(next(-1)),
  ArrowDown: () => show(next(1)),
  Home: () => show(0),
  End: () => show(marks.length - 1),
  Escape: () => show(-1),
}
chart.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return
  event.preventDefault()
  keys[event.key]()
})
