/** The least and the greatest value, from index `from` up to, not including, `to`; Infinity and −Infinity of none. */
export function extremesOf(values: Float64Array, from = 0, to = values.length): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity]
  for (let i = from; i < to; i++) {
    min = Math.min(min, values[i]!)
    max = Math.max(max, values[i]!)
  }
  return { min, max }
}
