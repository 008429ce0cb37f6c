import { type Points, slicePoints } from './points.ts'

/** Points from which on columns are long: to grow them anew for each body costs more than to read it. */
const long = 1024
/** Points of the longest columns whose memory is kept: 2 MB. */
const mostSpare = 131_072

/** The memory of the last long columns, for the next ones. */
let spare: Columns | undefined

/** The timestamps and the values of points that come one by one, in any order: columns that grow. */
export class Columns {
  timestamps: Float64Array
  values: Float64Array

  /** With room for so many points, or more. Arrays of at most 64 bytes are made quickly: most bodies have few points. */
  constructor(length = 8) {
    const known = spareOf(length)
    this.timestamps = known?.timestamps ?? new Float64Array(length)
    this.values = known?.values ?? new Float64Array(length)
  }

  /** Makes room for twice as many points. */
  grow(): void {
    const { timestamps, values } = new Columns(2 * this.timestamps.length)
    timestamps.set(this.timestamps)
    values.set(this.values)
    this.timestamps = timestamps
    this.values = values
  }

  /** The first `count` points, in memory of their own. The columns are of no use afterwards. */
  take(count: number): Points {
    const points = slicePoints(this, 0, count)
    if (this.timestamps.length < long) return points
    if (this.timestamps.length <= mostSpare) spare = this
    return { timestamps: points.timestamps.slice(), values: points.values.slice() }
  }
}

function spareOf(length: number): Columns | undefined {
  if (length < long || !spare || spare.timestamps.length < length) return undefined
  const known = spare
  spare = undefined
  return known
}
