import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { openStore } from '../shared/series/store.ts'

/**
 * A writer in a process of its own: `write-points.ts URL SERIES FIRST STEP COUNT BATCH` writes the times FIRST,
 * FIRST + STEP, … in batches, each point with the value FIRST. It prints how many points it inserted.
 */
const [url, series, ...numbers] = process.argv.slice(2) as [string, string, ...string[]]
const [first, step, count, batch] = numbers.map(Number) as [number, number, number, number]

const redis = connect(url, makeLog('silent'))
const store = openStore(redis)
let inserted = 0
for (let start = 0; start < count; start += batch) {
  const length = Math.min(batch, count - start)
  const timestamps = Float64Array.from({ length }, (_, i) => first + (start + i) * step)
  inserted += (await store.upsert(series, { timestamps, values: new Float64Array(length).fill(first) })).inserted
}
redis.disconnect()
process.stdout.write(`${inserted}\n`)
