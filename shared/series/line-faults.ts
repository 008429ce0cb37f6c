import { type InputError, maxInputErrors } from '../problems.ts'
import { clip, show } from '../text/show.ts'

/** The faults of lines: the first ones, and how many lines have one. */
export class LineFaults {
  readonly errors: InputError[] = []
  count = 0

  add(fault: InputError): void {
    this.count++
    if (this.errors.length < maxInputErrors) this.errors.push(fault)
  }
}

/** What stands between two places, for a fault. */
const textOf = (bytes: Buffer, start: number, end: number): string =>
  clip(bytes.toString('utf8', start, Math.min(end, start + 256)).trimEnd())

/** The fault of a whole line. */
export function lineFault(line: number, bytes: Buffer, [start, end]: [number, number], detail: string): InputError {
  const text = textOf(bytes, start, end)
  return { line, ...(text === '' ? {} : { text }), detail }
}

/** The fault of a time; a line that goes on right behind its digits has likely lost its end. */
export function timeFault(line: number, bytes: Buffer, place: [number, number], detail: string): InputError {
  const fault = lineFault(line, bytes, place, detail)
  return /^-?\d+[^\d.:-]/.test(fault.text ?? '') ? { ...fault, detail: `${detail}; ${ends}` } : fault
}

/** The fault of a field, whose name stands between the first two places and its value between the last. */
export function valueFault(
  line: number,
  bytes: Buffer,
  [nameAt, nameEnd, valueAt, valueEnd]: [number, number, number, number],
  detail: string,
): InputError {
  const column = textOf(bytes, nameAt, nameEnd)
  return { line, column, text: textOf(bytes, valueAt, valueEnd), detail }
}

/** What is wrong where the name of a field and '=' were expected. */
export function fieldFault(line: number, bytes: Buffer, start: number, end: number): InputError {
  const text = textOf(bytes, start, end)
  if (text === '') return { line, detail: details.field }
  return { line, column: text, detail: `the field ${show(text)} has no value: 'field=1' was expected` }
}

const ends = "each line has an end of its own: curl's -d takes them out of a file, --data-binary sends it as it is"

export const details = {
  field: "a field was expected: 'measurement,tag=text field=1,other=2 time'",
  text: 'texts are not kept, only numbers, true and false: leave the field out, or let strings=skip leave out all texts',
  open: 'a text begins that no quote ends',
  behind: `the line goes on behind its time; ${ends}`,
}
