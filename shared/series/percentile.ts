/**
 * The percentile `p` (0 to 100) of the first `count` values, interpolated linearly between the two nearest ranks: rank
 * `(count - 1) · p / 100`, as pandas and NumPy do by default (type 7 of Hyndman and Fan, "Sample Quantiles in
 * Statistical Packages", The American Statistician 50(4), 1996). Reorders the values. NaN when there are none.
 */
export function percentile(values: Float64Array, count: number, p: number): number {
  if (count === 0) return NaN
  const rank = ((count - 1) * p) / 100
  const low = Math.floor(rank)
  const part = rank - low
  const below = select(values, count, low)
  if (part === 0) return below
  let above = Infinity
  for (let i = low + 1; i < count; i++) if (values[i]! < above) above = values[i]!
  const between = below + (above - below) * part
  return Number.isFinite(between) ? between : below * (1 - part) + above * part // their distance may be no double
}

/**
 * The value of rank `k`, from 0, among the first `count`: the smaller ones stand before index `k` afterwards, the
 * greater behind. Quickselect with the median of three as the pivot (Hoare, "Algorithm 65: Find", CACM 4(7), 1961);
 * where that goes badly the rest is sorted, so that no order of values makes it slow.
 */
function select(values: Float64Array, count: number, k: number): number {
  let [left, right] = [0, count - 1]
  for (let tries = 4 * Math.log2(count + 1); left < right; tries--) {
    if (tries < 0) {
      values.subarray(left, right + 1).sort()
      break
    }
    const pivot = medianOf(values[left]!, values[(left + right) >>> 1]!, values[right]!)
    let [i, j] = [left, right]
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const swapped = values[i]!
      values[i++] = values[j]!
      values[j--] = swapped
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else break
  }
  return values[k]!
}

const medianOf = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
