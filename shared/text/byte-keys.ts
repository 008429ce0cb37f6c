/**
 * Numbers for runs of bytes, in the order in which they are added, from 0. A run is found again without making a text of
 * it. Runs of different owners are different.
 */
export class ByteKeys {
  count = 0
  readonly #seed: number
  // Arrays of at most 64 bytes are made quickly: most bodies have few runs.
  #slots = new Int32Array(16).fill(-1)
  #hashes = new Int32Array(8)
  #owners = new Int32Array(8)
  /** The runs, one behind the other, and where each ends. */
  #bytes = new Uint8Array(64)
  #ends = new Int32Array(8)

  /** `seed` is what hashes begin with: where nobody knows it, nobody can send keys that all have one hash. */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** The number of the run between two places of `bytes`; −1 when it is not known. */
  find(bytes: Uint8Array, start: number, end: number, owner: number): number {
    const hash = hashOf(this.#seed, bytes, start, end, owner)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; this.#slots[slot] !== -1; slot = (slot + 1) & mask) {
      const key = this.#slots[slot]!
      if (this.#hashes[key] !== hash || this.#owners[key] !== owner || this.length(key) !== end - start) continue
      if (this.isAt(key, bytes, start)) return key
    }
    return -1
  }

  /** Gives a run, which is not known yet, its number. */
  add(bytes: Uint8Array, start: number, end: number, owner: number): number {
    if (this.count === this.#ends.length) this.#grow()
    const key = this.count++
    const from = this.#start(key)
    this.#ends[key] = from + end - start
    if (this.#ends[key] > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#ends[key])
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.set(bytes.subarray(start, end), from)
    this.#owners[key] = owner
    this.#hashes[key] = hashOf(this.#seed, bytes, start, end, owner)
    this.#place(key)
    return key
  }

  /** Whether the bytes from a place on begin with this run. */
  isAt(key: number, bytes: Uint8Array, at: number): boolean {
    const known = this.#bytes
    const start = this.#start(key)
    const end = this.#ends[key]!
    for (let from = start, to = at; from < end; from++, to++) if (known[from] !== bytes[to]) return false
    return true
  }

  length(key: number): number {
    return this.#ends[key]! - this.#start(key)
  }

  forget(): void {
    this.#slots.fill(-1)
    this.count = 0
  }

  #start(key: number): number {
    return key === 0 ? 0 : this.#ends[key - 1]!
  }

  #place(key: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[key]! & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    this.#slots[slot] = key
  }

  #grow(): void {
    const doubled = (numbers: Int32Array<ArrayBuffer>) => {
      const grown = new Int32Array(numbers.length * 2)
      grown.set(numbers)
      return grown
    }
    this.#hashes = doubled(this.#hashes)
    this.#owners = doubled(this.#owners)
    this.#ends = doubled(this.#ends)
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1)
    for (let key = 0; key < this.count; key++) this.#place(key)
  }
}

/** FNV-1a over the owner and the bytes. */
function hashOf(seed: number, bytes: Uint8Array, start: number, end: number, owner: number): number {
  let hash = Math.imul(seed ^ owner, 0x01000193)
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  // The low bits choose the slot.
  return hash ^ (hash >>> 15)
}
