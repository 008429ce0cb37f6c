/** The least and the greatest value, from index `from` up to, not including, `to`; Infinity and −Infinity of none. */
export function extremesOf(values: Float64Array, from = 0, to = values.length): { min: number; max: number } {
  if (from >= to) return { min: Infinity, max: -Infinity }
  let min = values[from]!
  let max = min
  // A value below the least so far is not above the greatest: not to ask takes two thirds of the time.
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!
    if (value < min) min = value
    else if (value > max) max = value
  }
  return { min, max }
}
