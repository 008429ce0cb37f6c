/** The least and the greatest of some values, and the index of the first of each. */
export interface Extremes {
  min: number
  max: number
  minAt: number
  maxAt: number
}

/** Of the values from index `from` up to, not including, `to`; of none Infinity and −Infinity, with the index −1. */
export function extremesOf(values: Float64Array, from = 0, to = values.length): Extremes {
  if (from >= to) return { min: Infinity, max: -Infinity, minAt: -1, maxAt: -1 }
  let min = values[from]!
  let max = min
  let [minAt, maxAt] = [from, from]
  // A value below the least so far is not above the greatest: not to ask takes two thirds of the time.
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!
    if (value < min) {
      min = value
      minAt = i
    } else if (value > max) {
      max = value
      maxAt = i
    }
  }
  return { min, max, minAt, maxAt }
}
