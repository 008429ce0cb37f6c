import type { SeriesSpec } from '../import/names.ts'
import { sortPoints } from './merge.ts'
import { copyOf, newPoints, type Points, slicePoints } from './points.ts'

/** A series of a body of lines, with its points. */
export interface LineSeries extends SeriesSpec {
  /** In time order; of several at one time the last counts. */
  points: Points
}

/** Room for points in the order of their lines, and of each its series: columns of one piece of memory. */
interface Block extends Points {
  series: Uint32Array
  memory: ArrayBuffer
}

/** Points of the first block, and of the largest: 320 KB, and 40 MB, which the system takes back as soon as they are free. */
const fewest = 16_384
const most = 2_097_152

function newBlock(room: number): Block {
  const memory = new ArrayBuffer(20 * room)
  return {
    timestamps: new Float64Array(memory, 0, room),
    values: new Float64Array(memory, 8 * room, room),
    series: new Uint32Array(memory, 16 * room, room),
    memory,
  }
}

const noBlock = newBlock(0)

/** The first block of the last body, for the next one. */
let spare: Block | undefined

/** The points of all series of a body. A series is told by a number, from 0 on. */
export class LinePoints {
  readonly #specs: SeriesSpec[] = []
  /** How many points each series has. */
  readonly #counts: number[] = []
  /** Each twice as large as the one before, but for the largest. */
  readonly #blocks: Block[] = []
  /** The last block, and how much of it is filled. */
  #block = noBlock
  #filled = 0

  /** Gives the number of a new series. */
  addSeries(spec: SeriesSpec): number {
    this.#counts.push(0)
    return this.#specs.push(spec) - 1
  }

  /** Takes the point of one time, and of the value at a place: a number that is handed on alone becomes an object. */
  add(series: number, time: Float64Array, values: Float64Array, place: number): void {
    if (this.#filled === this.#block.series.length) this.#moreRoom()
    const at = this.#filled++
    const block = this.#block
    block.timestamps[at] = time[0]!
    block.values[at] = values[place]!
    block.series[at] = series
    this.#counts[series]!++
  }

  /** All series, in the order in which they came; what has taken the points is of no use afterwards. */
  series(): LineSeries[] {
    const counts = this.#counts
    const starts = counts.map(() => 0)
    for (let i = 1; i < counts.length; i++) starts[i] = starts[i - 1]! + counts[i - 1]!
    const points = this.#group(Uint32Array.from(starts))
    return this.#specs.map((spec, i) => {
      const own = slicePoints(points, starts[i]!, starts[i]! + counts[i]!)
      const sorted = sortPoints(own)
      return { ...spec, points: sorted === own ? own : copyOf(sorted, own) }
    })
  }

  /** Puts the points of each series one behind the other, from its place in `ends` on; blocks are given back on the way. */
  #group(ends: Uint32Array): Points {
    const grouped = newPoints(this.#counts.reduce((sum, count) => sum + count, 0))
    for (let block = this.#blocks.shift(); block; block = this.#blocks.shift()) {
      scatter(block, block === this.#block ? this.#filled : block.series.length, grouped, ends)
      if (block.series.length === fewest) spare = block
      // At once: nothing is collected in this loop, and blocks have as many bytes as the points will have.
      else block.memory.transfer(0)
    }
    return grouped
  }

  #moreRoom(): void {
    if (this.#block === noBlock) {
      this.#block = spare ?? newBlock(fewest)
      spare = undefined
    } else this.#block = newBlock(Math.min(2 * this.#block.series.length, most))
    this.#blocks.push(this.#block)
    this.#filled = 0
  }
}

function scatter({ timestamps, values, series }: Block, count: number, target: Points, ends: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const at = ends[series[i]!]!++
    target.timestamps[at] = timestamps[i]!
    target.values[at] = values[i]!
  }
}
