import t from 'tap'
import { chunkOfVersion1 } from '../../test/points.ts'
import { encodeChunk } from '../series/codec.ts'
import { formatSummary, summarize } from '../series/summary.ts'
import { agrees, examineChunk } from './chunk.ts'

const points = { timestamps: Float64Array.of(-5, 0, 7), values: Float64Array.of(-0, 2.5, -1) }
const right = formatSummary(summarize(points))
const found = { id: '-5', score: '-5', summary: right, bytes: encodeChunk(points) }

t.test('a chunk that is as it should be', async (t) => {
  t.match(examineChunk(found), { faults: [], fate: 'kept', summary: right })
  t.match(
    examineChunk({ ...found, summary: '3 -5 7 -1 2.5 1.5000000001' }),
    { faults: [], fate: 'kept' },
    'of an earlier version',
  )
})

t.test('what is wrong with one, and what becomes of it', async (t) => {
  const cases: [part: Partial<typeof found>, code: string, fate: string, detail: RegExp][] = [
    [
      { bytes: Buffer.alloc(0) },
      'chunk-missing',
      'dropped',
      /3 points of 1969-12-31T23:59:59\.995Z to 1970-01-01T00:00:00\.007Z are lost/,
    ],
    [{ bytes: Buffer.alloc(0), summary: 'x' }, 'chunk-missing', 'dropped', /how many points are lost is not known/],
    [{ bytes: found.bytes.subarray(0, 9) }, 'chunk-damaged', 'aside', /it has 9 bytes/],
    [{ bytes: found.bytes.subarray(0, -1) }, 'chunk-damaged', 'aside', /its checksum does not match/],
    [{ bytes: Buffer.of(7, ...found.bytes.subarray(1)) }, 'chunk-damaged', 'aside', /its version is 7/],
    [{ summary: '' }, 'chunk-summary', 'filed', /no summary/],
    [{ summary: '3 -5 7 -1 2.4 1.5' }, 'chunk-summary', 'filed', /'3 -5 7 -1 2\.4 1\.5'/],
    [{ score: '' }, 'chunk-misfiled', 'filed', /not in the index/],
    [{ score: '-4' }, 'chunk-misfiled', 'filed', /begins at -5, and is filed at -4/],
    [{ id: '0' }, 'chunk-misfiled', 'moved', /begins at -5/],
    [
      { bytes: encodeChunk({ timestamps: new Float64Array(0), values: new Float64Array(0) }) },
      'chunk-disordered',
      'moved',
      /no points/,
    ],
  ]
  for (const [part, code, fate, detail] of cases) {
    const state = examineChunk({ ...found, ...part })
    t.match(state, { fate, faults: [{ code, detail }] })
    t.equal(state.faults.length, 1)
  }
})

t.test('points that are none, or out of order', async (t) => {
  const odd = { timestamps: Float64Array.of(5, 1.5, NaN, 2, 8e15, 5), values: Float64Array.of(1, 2, 3, Infinity, 4, 6) }
  const state = examineChunk({ ...found, bytes: chunkOfVersion1(odd) })
  t.match(state, { fate: 'moved', faults: [{ code: 'chunk-disordered', detail: /point 1 has the time 1\.5/ }] })
  t.same(state.points, { timestamps: Float64Array.of(5), values: Float64Array.of(6) })
})

t.test('summaries are compared by their figures', async (t) => {
  t.equal(right, '3 -5 7 -1 2.5 1.5 0 -0 -1')
  for (const same of ['3 -5 7 -1 2.5 1 0.5 -0 -1', '3 -5 7 -1 2.5 NaN NaN -0 -1', '3 -5 7 -1 2.5 1.4'])
    t.ok(agrees(same, points), same)
  const others = [
    '3 -5 7 -1 2.6 1.5 0 -0 -1',
    '3 -5 7 -1 2.5 1.5 1e-300 -0 -1',
    '3 -5 7 -1 2.5 1.5 NaN -0 -1',
    '3 -5 7 -1 2.5 NaN 0 -0 -1',
    '3 -5 7 -1 2.5 Infinity 0 -0 -1',
    '3 -5 7 -1 2.5 1.5 0 0 -1',
    '3 -5 7 -1 2.5 1.5 0 -0 -2',
    '3 -5 7 -1 2.5 1.5 0 -0 -1 0',
    '3 -5 7 -1 2.5 1.5 0 -0',
    '3 -5 7 -1 2.5',
    '',
  ]
  for (const other of others) t.notOk(agrees(other, points), other)
})

t.test('a sum may be told by other doubles than those that are written now', async (t) => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => Math.round(20_000 + 1e4 * Math.sin(i)) / 100)
  const many = { timestamps: values.map((_, i) => i), values }
  const { count, min, max, firstValue, lastValue, ...summary } = summarize(many)
  // As adding one by one leaves them: the sum is rounded at each step, and what was rounded away is added up.
  let [sum, lost] = [0, 0]
  for (const value of values) {
    const total = sum + value
    const added = total - sum
    lost += sum - (total - added) + (value - added)
    sum = total
  }
  t.not(sum, summary.sum)
  const told = [count, summary.first, summary.last, min, max, sum, lost, firstValue, lastValue].join(' ')
  t.match(examineChunk({ id: '0', score: '0', summary: told, bytes: encodeChunk(many) }), { faults: [], fate: 'kept' })
})
