import { maxTime, minTime } from '../time.ts'
import { bytesOfNumber, unzigzag, unzigzagWide, type Words, zigzag } from './words.ts'

/** What times are told by, beside the changes of the step from one to the next. */
export interface Steps {
  first: number
  /** From the first time to the second. */
  step: number
  /** All changes are multiples of it: those of whole seconds or minutes become small. 0 when the step never changes. */
  unit: number
}

/**
 * Puts the changes from each step between times to the next, in units and made unsigned, into `words`; nothing where the
 * step never changes. Throws RangeError where a time is no integer of the years 1 to 9999.
 */
export function takeSteps(timestamps: Float64Array, words: Words): Steps {
  const first = timestamps[0] ?? 0
  const step = timestamps.length < 2 ? 0 : timestamps[1]! - first
  if (!isTime(first) || !isTime(timestamps.at(-1) ?? 0) || !Number.isInteger(step)) throw noTime()
  const unit = unitOf(timestamps, step)
  if (unit === 0) return { first, step, unit }
  words.bytes = bytesOfNumber(takeChanges(timestamps, step, unit, words.low, 1))
  if (words.bytes > 4) takeChanges(timestamps, step, unit, words.high, 2 ** -32)
  return { first, step, unit }
}

/** The greatest common divisor of all changes of the step; 0 where there are none. */
function unitOf(timestamps: Float64Array, step: number): number {
  let unit = 0
  let before = step
  for (let i = 1; i < timestamps.length; i++) {
    const next = timestamps[i]! - timestamps[i - 1]!
    const change = next - before
    before = next
    if (change === 0) continue
    const multiple = change / unit
    if (multiple - Math.floor(multiple) !== 0) unit = commonDivisor(Math.abs(change), unit)
  }
  return unit
}

function commonDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a)) throw noTime()
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

/** All of them lie within ±2⁴⁸: changes of a step do within ±2⁵⁰. */
const isTime = (time: number): boolean => Number.isInteger(time) && time >= minTime && time <= maxTime

const noTime = () => new RangeError('a timestamp is no integer of the years 1 to 9999')

/** Gives the largest change. */
function takeChanges(timestamps: Float64Array, step: number, unit: number, words: Uint32Array, part: number): number {
  let time = timestamps[0]! - step
  let before = step
  let largest = 0
  for (let i = 0; i < timestamps.length; i++) {
    const next = timestamps[i]! - time
    const change = zigzag((next - before) / unit)
    if (change > largest) largest = change
    words[i] = change * part
    time = timestamps[i]!
    before = next
  }
  return largest
}

/** The times of which `takeSteps` took the changes. */
export function putSteps({ low, high, bytes }: Words, { first, step, unit }: Steps, timestamps: Float64Array): void {
  let time = first - step
  let next = step
  if (unit === 0) {
    putEven(timestamps, first, step)
  } else if (bytes <= 4) {
    for (let i = 0; i < timestamps.length; i++) {
      next += unit * unzigzag(low[i]!)
      time += next
      timestamps[i] = time
    }
  } else {
    for (let i = 0; i < timestamps.length; i++) {
      next += unit * unzigzagWide(low[i]!, high[i]!)
      time += next
      timestamps[i] = time
    }
  }
}

/** Times that are one step apart. Two at a time, so that no addition waits for the one before: half the time of one by one. */
function putEven(timestamps: Float64Array, first: number, step: number): void {
  const pairs = timestamps.length & ~1
  let [even, odd] = [first, first + step]
  for (let i = 0; i < pairs; i += 2) {
    timestamps[i] = even
    timestamps[i + 1] = odd
    even += 2 * step
    odd += 2 * step
  }
  if (pairs < timestamps.length) timestamps[pairs] = even
}
