import type { InputError } from '../problems.ts'
import { behindMark, byte, countLineEnds, keyEnd, lineEnd, nameEnd, textEnd, timeEnd, valueEnd } from './line-bytes.ts'
import { details, fieldFault, LineFaults, lineFault, timeFault, valueFault } from './line-faults.ts'
import { LineKeys } from './line-keys.ts'
import { LinePoints, type LineSeries } from './line-points.ts'
import { type LinePrecision, readLineTime, type TimeScale, timeScales } from './line-time.ts'
import { readFieldValue } from './line-value.ts'

export interface LineOptions {
  precision: LinePrecision
  /** The time of lines that say none, in Unix milliseconds. */
  now: number
  /** Most series that the lines may have. */
  maxSeries: number
  /** Leaves out fields whose value is a text; else they are refused. */
  skipTexts: boolean
  /** What hashes of names begin with: a number that no sender knows. */
  seed: number
}

const { tab, newline, carriageReturn, space, quote, hash, comma, equals } = byte

export interface LineBounds {
  /** Bytes that are read at a time. */
  portion: number
  /** A line must end within so many bytes: a text in it that no quote ends would else swallow everything. */
  longestLine: number
}

/** After so many lines with a fault no more are looked at. */
const hopeless = 10_000

const usualBounds: LineBounds = { portion: 262_144, longestLine: 1_048_576 }

/** The memory that the last body was read in, for the next one. */
let spare: Buffer | undefined

/**
 * Reads InfluxDB line protocol from bytes: a point for each field of a line. On the usual way no object and no text is
 * made for a line.
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export class LineReader {
  readonly faults = new LineFaults()
  /** Nothing that follows can be read, or need be. */
  stopped = false
  /** Lines so far. */
  line = 0
  readonly #options: LineOptions
  readonly #scale: TimeScale
  readonly #bounds: LineBounds
  #bytes: Buffer
  #filled = 0
  readonly #keys: LineKeys
  readonly #points = new LinePoints()
  /** Of the line that is read: its time, its values and the series that they go to. */
  readonly #time = new Float64Array(1)
  #values = new Float64Array(8)
  readonly #targets: number[] = []

  constructor(options: LineOptions, bounds = usualBounds) {
    this.#options = options
    this.#bounds = bounds
    const known = bounds === usualBounds ? spare : undefined
    if (known) spare = undefined
    this.#bytes = known ?? Buffer.allocUnsafe(Math.min(4096, bounds.portion))
    this.#keys = new LineKeys(this.#points, options.maxSeries, options.seed)
    this.#scale = timeScales[options.precision]
  }

  /** Reads on. Lines that are not whole wait for their rest. */
  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length && !this.stopped; ) {
      // One place stays free for the end of the last line.
      const copied = chunk.copy(this.#bytes, this.#filled, from, from + this.#bytes.length - 1 - this.#filled)
      from += copied
      this.#filled += copied
      if (this.#filled < this.#bytes.length - 1) return
      // Small bodies are read all at once.
      const isPortion = this.#filled >= this.#bounds.portion - 1
      const read = isPortion ? this.#readLines(this.#bytes.lastIndexOf(newline, this.#filled - 1) + 1, false) : 0
      this.#filled = this.#bytes.copy(this.#bytes, 0, read, this.#filled)
      if (read === 0 && !this.stopped) this.#grow()
    }
  }

  /** Reads what is left. What comes of it counts only if no line had a fault. The reader is of no use afterwards. */
  finish(): LineSeries[] {
    if (!this.stopped && this.#filled > 0) {
      if (this.#bytes[this.#filled - 1] !== newline) this.#bytes[this.#filled++] = newline
      this.#readLines(this.#filled, true)
    }
    if (this.#bytes.length <= usualBounds.portion) spare = this.#bytes
    return this.#points.series()
  }

  #grow(): void {
    const { longestLine } = this.#bounds
    if (this.#filled >= longestLine) {
      this.#stop({ line: this.line + 1, detail: `no end within ${longestLine} bytes, of the line or of a text in it` })
      return
    }
    const grown = Buffer.allocUnsafe(Math.min(this.#bytes.length * 4, longestLine + 1))
    this.#bytes.copy(grown, 0, 0, this.#filled)
    this.#bytes = grown
  }

  /** Reads the lines before `end`, which follows the end of a line; gives where one begins that goes on behind it. */
  #readLines(end: number, isAll: boolean): number {
    let at = 0
    while (at < end && !this.stopped) {
      const next = this.#readLine(at, end, isAll)
      if (next < 0) return at
      at = next
      this.stopped ||= this.faults.count >= hopeless
    }
    return at
  }

  /** Reads a line, and gives where the next begins; −1 when a text in it goes on behind `end`. */
  #readLine(start: number, end: number, isAll: boolean): number {
    const bytes = this.#bytes
    const line = ++this.line
    let at = line === 1 ? behindMark(bytes, start) : start
    while (bytes[at] === space || bytes[at] === tab) at++
    const isEmpty = bytes[at] === newline || (bytes[at] === carriageReturn && bytes[at + 1] === newline)
    if (isEmpty || bytes[at] === hash) return lineEnd(bytes, at) + 1

    const key = this.#keys.find(bytes, at)
    if (typeof key === 'string') {
      this.faults.add(lineFault(line, bytes, [at, keyEnd(bytes, at)], key))
      return lineEnd(bytes, at) + 1
    }
    at += this.#keys.length(key)
    while (bytes[at] === space) at++

    let count = 0
    let fault: InputError | undefined
    for (; ; at++) {
      const nameAt = at
      const expected = this.#keys.expected(key, count, bytes, at)
      at = expected > 0 ? at + expected : nameEnd(bytes, at)
      if (bytes[at] !== equals || at === nameAt) {
        this.faults.add(fault ?? fieldFault(line, bytes, nameAt, at))
        return lineEnd(bytes, at) + 1
      }
      const valueAt = at + 1
      if (bytes[valueAt] === quote) {
        const behind = textEnd(bytes, valueAt, end)
        if (behind < 0) {
          this.line = line - 1
          if (isAll) this.#stop(valueFault(line, bytes, [nameAt, at, valueAt, end], details.open))
          return -1
        }
        this.line += countLineEnds(bytes, valueAt, behind)
        if (!this.#options.skipTexts) fault ??= valueFault(line, bytes, [nameAt, at, valueAt, behind], details.text)
        at = behind
      } else {
        const behind = valueEnd(bytes, valueAt)
        const detail = readFieldValue(bytes, valueAt, behind, this.#values, count)
        if (detail !== undefined) fault ??= valueFault(line, bytes, [nameAt, at, valueAt, behind], detail)
        else {
          const series =
            expected > 0 ? this.#keys.expectedSeries(key, count) : this.#keys.series(key, count, bytes, [nameAt, at])
          if (typeof series === 'string') {
            this.faults.add(lineFault(line, bytes, [nameAt, at], series))
            this.stopped = this.#keys.isFull
            return lineEnd(bytes, at) + 1
          }
          this.#targets[count++] = series
          if (count === this.#values.length) this.#moreValues()
        }
        at = behind
      }
      if (bytes[at] !== comma) break
    }
    return this.#endLine(line, at, count, fault)
  }

  /** Reads the time of a line whose fields were read, and keeps their points; gives where the next line begins. */
  #endLine(line: number, fieldsEnd: number, count: number, before: InputError | undefined): number {
    const bytes = this.#bytes
    let fault = before
    let at = fieldsEnd
    while (bytes[at] === space) at++
    const timeAt = at
    at = timeEnd(bytes, timeAt)
    if (at === timeAt) this.#time[0] = this.#options.now
    else {
      const detail = readLineTime(bytes, timeAt, at, this.#scale, this.#time, 0)
      if (detail !== undefined) fault ??= timeFault(line, bytes, [timeAt, at], detail)
    }
    while (bytes[at] === space) at++
    if (bytes[at] === carriageReturn) at++
    if (bytes[at] !== newline) {
      const end = lineEnd(bytes, at)
      fault ??= lineFault(line, bytes, [at, end], details.behind)
      at = end
    }
    if (fault) this.faults.add(fault)
    else if (this.faults.count === 0) {
      for (let i = 0; i < count; i++) this.#points.add(this.#targets[i]!, this.#time, this.#values, i)
    }
    return at + 1
  }

  #moreValues(): void {
    const grown = new Float64Array(this.#values.length * 2)
    grown.set(this.#values)
    this.#values = grown
  }

  #stop(fault: InputError): void {
    this.faults.add(fault)
    this.stopped = true
  }
}
