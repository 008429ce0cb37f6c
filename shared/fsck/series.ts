import { randomBytes } from 'node:crypto'
import { seriesKeys, seriesKeysOf } from '../keys.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import { parseSummary, type Summary } from '../series/summary.ts'
import { type ChunkState, examineChunk, time } from './chunk.ts'
import { lookAtEntries } from './directory.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'
import { fieldFaults, pairsOf } from './fields.ts'
import { metaForms } from './meta.ts'
import { planChunks, setAside } from './series-mend.ts'
import { examineTail } from './tail.ts'

/** Chunks that are read at a time: a megabyte. */
const portion = 64

const partTypes = ['hash', 'zset', 'hash', 'hash', 'string']

interface Snapshot {
  types: string[]
  lives: number[]
  meta: Map<string, string>
  /** Chunk id → score. */
  index: Map<string, string>
  chunkIds: string[]
  summaries: Map<string, string>
  tail: Buffer
}

/** A series with all that belongs to it, by the hash tag of its keys. */
export function seriesSubject(tag: string): Subject {
  const keys = Object.values(seriesKeysOf(tag))
  return { watch: keys, look: (redis) => lookAtSeries(redis, tag, keys) }
}

async function lookAtSeries(redis: Redis, tag: string, keys: string[]): Promise<Look> {
  const found = await takeSnapshot(redis, keys)
  const name = found.meta.get('name')
  const findings = new Findings({ series: name })
  const [metaKey, indexKey, chunksKey, , tailKey] = keys as [string, string, string, string, string]

  for (const [i, type] of found.types.entries()) {
    if (type !== 'none' && type !== partTypes[i]) findings.say('wrong-type', keys[i]!, `it is a ${type}`)
  }
  if (findings.faults.length > 0 || found.types.every((type) => type === 'none')) return findings
  if (found.types[0] === 'none') {
    const parts = keys.filter((_, i) => found.types[i] !== 'none')
    const detail = `${found.chunkIds.length} chunks${found.tail.length > 0 ? ' and a tail' : ''}`
    findings.say('series-headless', chunksKey, detail, (commands) => setAside(commands, tag, parts))
    return findings
  }
  for (const [i, life] of found.lives.entries()) {
    const persist = (commands: Commands) => void commands.persist(keys[i]!)
    if (life >= 0) findings.say('series-expires', keys[i]!, `it expires in ${life} ms`, persist)
  }

  // Under one transaction all chunks are those of the snapshot; else each is compared with what stood beside it then.
  const states = await lookAtChunks(redis, keys, found)
  for (const { id, faults } of states) {
    for (const { code, detail } of faults) findings.say(code, chunksKey, `chunk ${id}: ${detail}`, () => {}, id)
  }
  const chunks = placedChunks(found)
  const end = chunks.reduce((most, { last }) => Math.max(most, last), -Infinity)
  const tail = examineTail(found.tail, end)
  for (const { code, detail } of tail?.faults ?? []) findings.say(code, tailKey, `the tail: ${detail}`, () => {})
  const areRight = findings.faults.length === 0
  for (const [before, after] of overlaps(chunks)) {
    const detail = `chunk ${before.id} ends at ${time(before.last)}, chunk ${after.id} begins at ${time(after.first)}`
    findings.say('chunks-overlap', indexKey, detail, () => {}, after.id)
  }
  const wrongTotals = totalsFault(found, [...chunks, ...(tail ? [parseSummary(tail.summary)] : [])])
  if (areRight && wrongTotals) findings.say('series-totals', metaKey, wrongTotals, () => {})

  const isMisnamed = name !== undefined && seriesKeys(name).meta !== metaKey
  if (isMisnamed) findings.say('series-misnamed', metaKey, `it is named '${name}'`)
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  const anew: Record<string, string> = { generation: random(6), counter: '1' }
  for (const { field, detail, kind } of fieldFaults(found.meta, metaForms)) {
    const put = (commands: Commands) =>
      void (anew[field] === undefined ? commands.hdel(metaKey, field) : commands.hset(metaKey, field, anew[field]))
    const isMendable = kind === 'malformed' && field !== 'name'
    findings.say('series-metadata', metaKey, detail, isMendable ? put : undefined, field)
  }
  const touchesSeries = findings.isMendable
  if (name !== undefined && !isMisnamed) await lookAtEntries(redis, name, found.meta, findings)

  if (touchesSeries) {
    const put = await planChunks(redis, tag, keys, tail ? [...states, tail] : states)
    findings.mends.push((commands) => {
      put(commands)
      commands.hset(metaKey, 'change', random(9))
      commands.hincrby(metaKey, 'counter', 1)
    })
  }
  return findings
}

async function takeSnapshot(redis: Redis, keys: string[]): Promise<Snapshot> {
  const reply = await runScriptForBuffers(redis, 'inspectSeries', keys, [])
  const [types, lives, ...rest] = reply as [Buffer[], number[], Buffer[], Buffer[], Buffer[], Buffer[], Buffer]
  const [meta, index, chunkIds, summaries, tail] = rest
  return {
    types: types.map(String),
    lives,
    meta: pairsOf(meta),
    index: pairsOf(index),
    chunkIds: chunkIds.map(String),
    summaries: pairsOf(summaries),
    tail,
  }
}

async function lookAtChunks(redis: Redis, keys: string[], found: Snapshot): Promise<ChunkState[]> {
  const ids = [...new Set([...found.index.keys(), ...found.chunkIds, ...found.summaries.keys()])]
  const states: ChunkState[] = []
  for (let at = 0; at < ids.length; at += portion) {
    const asked = ids.slice(at, at + portion)
    const replies = (await runScriptForBuffers(redis, 'inspectChunks', keys.slice(1), asked)) as Buffer[]
    for (const [i, id] of asked.entries()) {
      const [score, summary] = [String(replies[3 * i]), String(replies[3 * i + 1])]
      const bytes = replies[3 * i + 2]!
      const isGone = score === '' && summary === '' && bytes.length === 0
      if (!isGone) states.push(examineChunk({ id, score, summary, bytes }))
    }
  }
  return states
}

interface Placed extends Summary {
  id: string
}

function placedChunks({ summaries }: Snapshot): Placed[] {
  return [...summaries]
    .map(([id, text]) => ({ id, ...parseSummary(text) }))
    .filter(({ count, first, last }) => [count, first, last].every(Number.isFinite))
    .sort((a, b) => a.first - b.first)
}

/** Pairs of chunks, in time order, that overlap. */
function* overlaps(chunks: Placed[]): Generator<[Placed, Placed]> {
  let furthest: Placed | undefined
  for (const chunk of chunks) {
    if (furthest && chunk.first <= furthest.last) yield [furthest, chunk]
    if (!furthest || chunk.last > furthest.last) furthest = chunk
  }
}

/** Says where count, first and last are not those of the chunks and the tail, in time order, by their summaries. */
function totalsFault({ meta }: Snapshot, chunks: Summary[]): string | undefined {
  const said = ['count', 'first', 'last'].map((field) => meta.get(field) ?? 'nothing')
  const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const last = chunks.reduce((most, chunk) => Math.max(most, chunk.last), -Infinity)
  const right = [count, ...(chunks.length === 0 ? ['nothing', 'nothing'] : [chunks[0]!.first, last])].map(String)
  if (said.every((text, i) => text === right[i])) return undefined
  return `it says ${said.join(', ')}; its chunks have ${right.join(', ')} (count, first, last)`
}
