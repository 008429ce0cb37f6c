import t from 'tap'
import { makeGatherings } from './gather.ts'
import { makeTurns } from './turns.ts'

/** Gatherings that note what was done together, and give each number doubled; with 13 they fail, and with −1 for good. */
function noting() {
  const turns = makeTurns()
  const together: [name: string, asked: number[]][] = []
  const work = async (name: string, asked: number[]) => {
    together.push([name, [...asked]])
    if (asked.includes(-1)) throw new Error('all')
    if (asked.includes(13)) throw new RangeError('unlucky')
    return asked.map((one) => ({ twice: 2 * one }))
  }
  return { turns, together, ask: makeGatherings(turns, work, (error) => error instanceof RangeError) }
}

t.test('what waits for its turn is done together, and each gets its own result', async (t) => {
  const { turns, together, ask } = noting()
  let end = () => {}
  const busy = turns.take('a', () => new Promise<void>((resolve) => (end = resolve)))
  const asked = [1, 2, 3].map((one) => ask('a', one))
  t.same(await ask('b', 7), { twice: 14 }, 'another name waits for nobody')
  t.same(together, [['b', [7]]])
  end()
  await busy
  t.same(await Promise.all(asked), [{ twice: 2 }, { twice: 4 }, { twice: 6 }])
  t.same(together.slice(1), [['a', [1, 2, 3]]])
  t.same(await ask('a', 4), { twice: 8 })
  t.same(together.at(-1), ['a', [4]], 'what was done is done')
})

t.test('what is asked for behind something else is done behind it', async (t) => {
  const { turns, together, ask } = noting()
  const first = ask('a', 1)
  const between = turns.take('a', async () => {
    together.push(['between', []])
  })
  const second = [ask('a', 2), ask('a', 3)]
  await Promise.all([first, between, ...second])
  t.same(together, [
    ['a', [1]],
    ['between', []],
    ['a', [2, 3]],
  ])
})

t.test('no more than 64 are done together', async (t) => {
  const { together, ask } = noting()
  const results = await Promise.all(Array.from({ length: 150 }, (_, one) => ask('a', 100 + one)))
  t.same(
    results.map(({ twice }) => twice),
    Array.from({ length: 150 }, (_, one) => 200 + 2 * one),
  )
  t.same(
    together.map(([, asked]) => asked.length),
    [64, 64, 22],
  )
})

t.test('what fails alone is parted from the others; else all fail', async (t) => {
  const { together, ask } = noting()
  const outcomes = await Promise.allSettled([1, 2, 13, 3, 4].map((one) => ask('a', one)))
  t.same(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.twice : outcome.reason.message)),
    [2, 4, 'unlucky', 6, 8],
  )
  t.same(
    together.map(([, asked]) => asked),
    [[1, 2, 13, 3, 4], [1, 2], [13, 3, 4], [13], [3, 4]],
  )
  const all = await Promise.allSettled([ask('a', 1), ask('a', -1)])
  for (const outcome of all) t.match(outcome, { status: 'rejected', reason: { message: 'all' } })
  t.same(await ask('a', 5), { twice: 10 })
})
