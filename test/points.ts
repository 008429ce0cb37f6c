import { crc32 } from 'node:zlib'
import type { Points } from '../shared/series/points.ts'
import type { ReadOptions, SeriesStore } from '../shared/series/store.ts'

/** Points at these times, in their order; each half of its time unless said otherwise. */
export const columns = (times: number[], value: (time: number) => number = (time) => time / 2): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(times, value),
})

export const times = (count: number, first = 0, step = 1) => Array.from({ length: count }, (_, i) => first + i * step)

/** The points that a read gives, as rows in the asked order; undefined when there is no such series. */
export async function rows(store: SeriesStore, name: string, options: ReadOptions = {}) {
  const reading = await store.read(name, options)
  if (!reading) return undefined
  return [...reading.runs()].flatMap(({ timestamps, values }) => {
    const run = Array.from(timestamps, (time, i) => [time, values[i]!] as [number, number])
    return options.order === 'desc' ? run.reverse() : run
  })
}

/** The two parts of a revision. */
export const generation = (revision: string) => revision.split('.')[0]!
export const counter = (revision: string) => Number(revision.split('.')[1])

export const problem = (code: string) => ({ name: 'Problem', code })

/** A chunk as earlier versions wrote it: it may hold what no point has, such as a time that is no integer. */
export function chunkOfVersion1({ timestamps, values }: Points): Buffer {
  const columns = Buffer.from(Float64Array.of(...timestamps, ...values).buffer)
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32LE(crc32(columns), 4)
  return Buffer.concat([header, columns])
}
