import { columnOf, m4 } from './downsample.ts'
import { concatPoints, noPoints, type Points, slicePoints } from './points.ts'

/**
 * What `m4` keeps of a series that comes in runs in time order: the same points, while only those of one pixel column
 * are held beside a run. Gives at most `4 * columns` points of `[from, to)`.
 */
export async function m4Runs(runs: AsyncIterable<Points>, from: number, to: number, columns: number): Promise<Points> {
  const kept: Points[] = [noPoints]
  let open = noPoints
  for await (const run of runs) {
    // Of what is kept of a column and more of its points, the same is kept as of all its points.
    const cut = m4(concatPoints([open, run]), from, to, columns)
    const start = lastColumn(cut, from, to, columns)
    if (start > 0) kept.push(slicePoints(cut, 0, start))
    open = slicePoints(cut, start, cut.timestamps.length)
  }
  return concatPoints([...kept, open])
}

/** The index of the first point of the last column. */
function lastColumn({ timestamps }: Points, from: number, to: number, columns: number): number {
  let at = timestamps.length - 1
  if (at < 0) return 0
  const last = columnOf(timestamps[at]!, from, to, columns)
  while (at > 0 && columnOf(timestamps[at - 1]!, from, to, columns) === last) at--
  return at
}
