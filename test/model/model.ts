import assert from 'node:assert/strict'

const hour = 3_600_000

/** Points by their place: hours from the start of a run. */
export type Rows = Map<number, number>

/** What a write does to the points of a series. */
export interface Change {
  /** Places that are emptied first, `to` not included; undefined for none. */
  cleared?: { from: number; to: number } | undefined
  rows: [place: number, value: number][]
}

export interface Counts {
  inserted: number
  updated: number
  unchanged: number
  deleted: number
  expired: number
}

/** A series as a plain map, and what is known of its revision. */
export class Model {
  readonly start = Date.now()
  exists = false
  rows: Rows = new Map()
  unit: string | undefined
  /** Hours that are kept; half an hour more is asked for, so that no point expires while a run lasts. */
  keptHours: number | undefined
  revision = ''
  readonly generations = new Set<string>()

  timeOf(place: number): number {
    return this.start + place * hour
  }

  placeOf(time: number): number {
    return (time - this.start) / hour
  }

  get counter(): number {
    return counterOf(this.revision)
  }

  apply(change: Change): Counts {
    const counts = applyTo(this.rows, change, this.keptHours)
    this.exists = true
    return counts
  }

  forget(): void {
    Object.assign(this, { exists: false, rows: new Map(), unit: undefined, keptHours: undefined, revision: '' })
  }

  /** A revision that an answer names: the next one after a change, the same after none, one of a new kind for a new series. */
  step(revision: string, isNew: boolean, changes: number): void {
    const generation = revision.split('.')[0]!
    if (isNew) {
      assert.ok(!this.generations.has(generation), `the generation ${generation} was there before`)
      this.generations.add(generation)
    } else {
      assert.equal(generation, this.revision.split('.')[0])
      assert.equal(counterOf(revision), this.counter + changes, 'the counter rises with each change')
    }
    this.revision = revision
  }
}

export const counterOf = (revision: string) => Number(revision.split('.')[1])

export function applyTo(rows: Rows, { cleared, rows: added }: Change, keptHours: number | undefined): Counts {
  const counts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0, expired: 0 }
  // Of two points of one time the last counts.
  const kept = new Map(added)
  for (const place of kept.keys()) {
    if (keptHours === undefined || place >= -keptHours) continue
    kept.delete(place)
    counts.expired++
  }
  if (cleared) {
    for (const place of rows.keys()) {
      if (place < cleared.from || place >= cleared.to || kept.has(place)) continue
      rows.delete(place)
      counts.deleted++
    }
  }
  for (const [place, value] of kept) {
    if (!rows.has(place)) counts.inserted++
    else if (rows.get(place) === value) counts.unchanged++
    else counts.updated++
    rows.set(place, value)
  }
  return counts
}

export const hasChanged = ({ inserted, updated, deleted }: Counts) => inserted + updated + deleted > 0

/** The points of a range in time order. */
export function within(rows: Rows, from = -Infinity, to = Infinity): [number, number][] {
  return [...rows].filter(([place]) => place >= from && place < to).sort(([a], [b]) => a - b)
}
