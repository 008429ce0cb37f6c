import { setImmediate as turn } from 'node:timers/promises'
import { digitAt, scanNumber } from '../text/read-numbers.ts'
import type { PointReader } from './parse.ts'

const tab = 9
const newline = 10
const carriageReturn = 13
const space = 32
const quote = 34
const comma = 44
const minus = 45
const colon = 58
const openList = 91
const closeList = 93
const openObject = 123
const closeObject = 125

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const timestampKey = Buffer.from('"timestamp"')
const valueKey = Buffer.from('"value"')
const timestampsKey = Buffer.from('"timestamps"')
const valuesKey = Buffer.from('"values"')

/** So many items of a list are read between the turns of other requests. */
const slice = 5000

/**
 * Reads points from the bytes of plain JSON: members in any order, numbers, times in quotes, space around them. What is
 * given a place gives the one behind what it read and behind the space there; or −1 for anything else, right or wrong:
 * that is for `JSON.parse`. Who is given −1 gives it back.
 */
export class JsonScanner {
  readonly #bytes: Buffer
  readonly #reader: PointReader
  /** What ends a line, where that is space like any other. */
  readonly #newline: number

  /** `inLine` is for JSON that must end with its line. */
  constructor(bytes: Buffer, reader: PointReader, { inLine }: { inLine: boolean }) {
    this.#bytes = bytes
    this.#reader = reader
    this.#newline = inLine ? space : newline
  }

  /** A list of points, one point, or two columns; others have their turn in between. */
  async body(start: number): Promise<number> {
    const at = this.#skipSpace(start)
    if (this.#bytes[at] === openList) return this.#list(at, (item) => this.#taken(this.point(item)))
    const behind = this.#taken(this.point(at))
    return behind < 0 ? this.#columns(at) : behind
  }

  #taken(behind: number): number {
    if (behind >= 0) this.#reader.take(1)
    return behind
  }

  /** `{"timestamp":…,"value":…}`: written to the reader's columns, not yet taken. */
  point(start: number): number {
    const place = this.#reader.room()
    let at = this.#pass(this.#skipSpace(start), openObject)
    if (this.#hasAt(at, timestampKey)) {
      at = this.#time(this.#passKey(at, timestampKey), place)
      at = this.#value(this.#passKey(this.#pass(at, comma), valueKey), place)
    } else {
      at = this.#value(this.#passKey(at, valueKey), place)
      at = this.#time(this.#passKey(this.#pass(at, comma), timestampKey), place)
    }
    return this.#pass(at, closeObject)
  }

  /** `{"timestamps":[…],"values":[…]}`, of one length. */
  async #columns(start: number): Promise<number> {
    let [times, values] = [0, 0]
    const readTimes = (at: number) => this.#list(at, (item) => this.#time(item, this.#reader.room(times++)))
    const readValues = (at: number) => this.#list(at, (item) => this.#value(item, this.#reader.room(values++)))
    let at = this.#pass(start, openObject)
    if (this.#hasAt(at, timestampsKey)) {
      at = await readTimes(this.#passKey(at, timestampsKey))
      at = await readValues(this.#passKey(this.#pass(at, comma), valuesKey))
    } else {
      at = await readValues(this.#passKey(at, valuesKey))
      at = await readTimes(this.#passKey(this.#pass(at, comma), timestampsKey))
    }
    at = this.#pass(at, closeObject)
    if (at < 0 || times !== values) return -1
    this.#reader.take(times)
    return at
  }

  async #list(start: number, readItem: (at: number) => number): Promise<number> {
    let at = this.#pass(start, openList)
    if (this.#bytes[at] === closeList) return this.#pass(at, closeList)
    for (let count = 1; ; count++) {
      at = readItem(at)
      if (at < 0 || this.#bytes[at] !== comma) return this.#pass(at, closeList)
      at = this.#pass(at, comma)
      if (count % slice === 0) await turn()
    }
  }

  #time(at: number, place: number): number {
    const { times, timestamps } = this.#reader
    const end = this.#bytes.length
    if (at < 0) return -1
    if (this.#bytes[at] === quote) return this.#pass(times.scan(this.#bytes, at + 1, end, timestamps, place), quote)
    if (!this.#beginsNumber(at)) return -1
    const stop = times.scanEpoch(this.#bytes, at, end, timestamps, place)
    return stop < 0 ? -1 : this.#skipSpace(stop)
  }

  #value(at: number, place: number): number {
    const { values } = this.#reader
    if (at < 0 || !this.#beginsNumber(at)) return -1
    const stop = scanNumber(this.#bytes, at, this.#bytes.length, number, values, place)
    return Number.isNaN(values[place]) || !this.#isDigit(stop - 1) ? -1 : this.#skipSpace(stop)
  }

  /** Whether a number of JSON may begin here: not with +, a point, or a zero before another digit. */
  #beginsNumber(start: number): boolean {
    const at = this.#bytes[start] === minus ? start + 1 : start
    return this.#isDigit(at) && (digitAt(this.#bytes, at) > 0 || !this.#isDigit(at + 1))
  }

  #isDigit(at: number): boolean {
    const digit = digitAt(this.#bytes, at)
    return digit >= 0 && digit <= 9
  }

  /** Passes over one character. */
  #pass(at: number, code: number): number {
    return at < 0 || this.#bytes[at] !== code ? -1 : this.#skipSpace(at + 1)
  }

  /** Passes over the name of a member and its colon. */
  #passKey(at: number, key: Buffer): number {
    return this.#hasAt(at, key) ? this.#pass(this.#skipSpace(at + key.length), colon) : -1
  }

  #hasAt(at: number, key: Buffer): boolean {
    const bytes = this.#bytes
    if (at < 0) return false
    for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false
    return true
  }

  #skipSpace(start: number): number {
    let at = start
    while (this.#isSpace(this.#bytes[at])) at++
    return at
  }

  #isSpace(code: number | undefined): boolean {
    return code! <= space && (code === space || code === tab || code === carriageReturn || code === this.#newline)
  }
}
