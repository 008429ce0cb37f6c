/** The least and the greatest value, from index `from` up to, not including, `to`; Infinity and −Infinity of none. */
export function extremesOf(values: Float64Array, from = 0, to = values.length): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity]
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
