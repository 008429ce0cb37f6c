/** What a caller must mend: a parameter to add or to change, or a place in the file. */
export interface Mend {
  parameter?: string
  line?: number
  pointer?: string
  detail: string
}

/** A data set that can't be read as it is, or whose mapping is open: each mend is a sentence that helps. */
export class ImportFault extends Error {
  readonly mends: Mend[]
  constructor(...mends: [Mend, ...Mend[]]) {
    super(mends[0].detail)
    this.mends = mends
  }
}

/** Names or texts for a sentence, each in quotes, long ones cut, no more than eight. */
export function quoted(texts: readonly string[]): string {
  const shown = texts.slice(0, 8).map((text) => `'${clip(text)}'`)
  return `${shown.join(', ')}${texts.length > 8 ? ` and ${texts.length - 8} more` : ''}`
}

export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
