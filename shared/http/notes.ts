import { type InputError, maxInputErrors } from '../problems.ts'

/** Collects what is worth telling of the times of a request: those that a clock change made ambiguous or skipped. */
export class Notes {
  readonly #notes: InputError[] = []
  #total = 0

  readonly add = (note: InputError): void => {
    this.#total++
    if (this.#notes.length < maxInputErrors) this.#notes.push(note)
  }

  #all(): InputError[] {
    const more = this.#total - this.#notes.length
    return more > 0 ? [...this.#notes, { detail: `and ${more} more` }] : this.#notes
  }

  /** The member of a write's answer; none where there is nothing to tell. */
  member(): { notes?: InputError[] } {
    return this.#total > 0 ? { notes: this.#all() } : {}
  }

  /** The header of other answers, whose bodies are data. */
  header(): Record<string, string> {
    if (this.#total === 0) return {}
    const said = this.#all().map((note) => `${note.parameter ?? note.pointer?.slice(1)}: ${note.detail}`)
    return { 'kymograph-notes': said.join('; ') }
  }
}
