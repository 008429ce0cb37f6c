/** Numbers that may be held in memory for a second look: 8 MB. What has more is made again. */
const maxHeld = 1_000_000

/** Holds what a first look at parts brings, for those who look again. */
export class Held<Part> {
  #parts: Part[] | undefined = []
  #numbers = 0

  /** Takes a part of so many numbers, and gives it back. */
  hold(part: Part, numbers: number): Part {
    this.#numbers += numbers
    if (this.#numbers > maxHeld) this.#parts = undefined
    this.#parts?.push(part)
    return part
  }

  /** All parts that came; undefined when they were too many. */
  get parts(): Part[] | undefined {
    return this.#parts
  }
}
