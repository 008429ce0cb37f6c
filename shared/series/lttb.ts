import { noPoints, type Points } from './points.ts'

/**
 * Cuts a series to `threshold` of its points by Largest Triangle Three Buckets. The first and the last point stay; those
 * between are divided into `threshold − 2` buckets of (nearly) equal count, and of each the point stays that makes the
 * largest triangle with the point kept before it and the mean of the next bucket; of equal ones the earliest.
 *
 * `runs` gives the points in time order, and is gone through three times: to count, to take the means, to choose. Memory
 * goes with the threshold, not with the points. Gives all points where there are no more than `threshold`.
 *
 * Steinarsson: "Downsampling Time Series for Visual Representation", University of Iceland, 2013.
 */
export async function lttb(runs: () => AsyncIterable<Points>, threshold: number): Promise<Points> {
  if (!Number.isInteger(threshold) || threshold < 2)
    throw new RangeError(`${threshold} is not a number of points to keep`)
  let count = 0
  for await (const { timestamps } of runs()) count += timestamps.length
  if (count === 0) return noPoints
  const kept: Points = emptyPoints(Math.min(count, threshold))
  if (count <= threshold) {
    let at = 0
    for await (const { timestamps, values } of runs()) {
      kept.timestamps.set(timestamps, at)
      kept.values.set(values, at)
      at += timestamps.length
    }
    return kept
  }
  const means = await meansOf(runs(), count, threshold)
  await choose(runs(), count, means, kept)
  return kept
}

/** The bucket of an index: 0 is the first point alone, `threshold − 1` the last one. */
function bucketBounds(count: number, threshold: number): (bucket: number) => [start: number, end: number] {
  const size = (count - 2) / (threshold - 2)
  const bound = (k: number) => Math.floor(k * size) + 1
  return (bucket) => {
    if (bucket === 0) return [0, 1]
    return bucket === threshold - 1 ? [count - 1, count] : [bound(bucket - 1), bound(bucket)]
  }
}

/** The mean time and value of every bucket. Times are taken from the bucket's first, or their sum would lose digits. */
async function meansOf(runs: AsyncIterable<Points>, count: number, threshold: number): Promise<Points> {
  const means = emptyPoints(threshold)
  const boundsOf = bucketBounds(count, threshold)
  let [index, bucket, origin, times, sum] = [0, 0, 0, 0, 0]
  let [start, end] = boundsOf(0)
  for await (const { timestamps, values } of runs) {
    for (let i = 0; i < timestamps.length; i++, index++) {
      if (index === start) [origin, times, sum] = [timestamps[i]!, 0, 0]
      times += timestamps[i]! - origin
      sum += values[i]!
      if (index + 1 < end) continue
      means.timestamps[bucket] = origin + times / (end - start)
      means.values[bucket] = sum / (end - start)
      if (++bucket < threshold) [start, end] = boundsOf(bucket)
    }
  }
  return means
}

async function choose(runs: AsyncIterable<Points>, count: number, means: Points, kept: Points): Promise<void> {
  const threshold = means.timestamps.length
  const boundsOf = bucketBounds(count, threshold)
  let [index, bucket, largest] = [0, 0, -1]
  let [start, end] = boundsOf(0)
  for await (const { timestamps, values } of runs) {
    for (let i = 0; i < timestamps.length; i++, index++) {
      const [time, value] = [timestamps[i]!, values[i]!]
      const isEnd = bucket === 0 || bucket === threshold - 1
      const size = index < start ? -1 : isEnd ? 0 : triangle(kept, bucket - 1, time, value, means)
      if (size > largest) {
        largest = size
        kept.timestamps[bucket] = time
        kept.values[bucket] = value
      }
      if (index + 1 < end) continue
      largest = -1
      if (++bucket < threshold) [start, end] = boundsOf(bucket)
    }
  }
}

/** Twice the area of the triangle of the kept point `at`, a point of the next bucket and the mean of the one after. */
function triangle(kept: Points, at: number, time: number, value: number, means: Points): number {
  const [beforeTime, before] = [kept.timestamps[at]!, kept.values[at]!]
  const [behindTime, behind] = [means.timestamps[at + 2]!, means.values[at + 2]!]
  const area = Math.abs((beforeTime - behindTime) * (value - before) - (beforeTime - time) * (behind - before))
  return Number.isNaN(area) ? 0 : area // of values whose differences are no doubles
}

const emptyPoints = (count: number): Points => ({
  timestamps: new Float64Array(count),
  values: new Float64Array(count),
})
