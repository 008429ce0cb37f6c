import t from 'tap'
import { makeGatherings } from './gather.ts'
import { makeTurns } from './turns.ts'

/** Gatherings that note what was done together, and give each number doubled; 13 fails. */
function noting() {
  const turns = makeTurns()
  const together: [name: string, asked: number[]][] = []
  const ask = makeGatherings<number, { twice: number }>(turns, async (name, asked) => {
    together.push([name, [...asked]])
    if (asked.includes(-1)) throw new Error('all')
    return asked.map((one) => (one === 13 ? new Error('unlucky') : { twice: 2 * one }))
  })
  return { turns, together, ask }
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

t.test('no more than 256 are done together', async (t) => {
  const { together, ask } = noting()
  const results = await Promise.all(Array.from({ length: 600 }, (_, one) => ask('a', 100 + one)))
  t.same(
    results.map(({ twice }) => twice),
    Array.from({ length: 600 }, (_, one) => 200 + 2 * one),
  )
  t.same(
    together.map(([, asked]) => asked.length),
    [256, 256, 88],
  )
})

t.test('one fails alone, or all together, and what comes then is done', async (t) => {
  const { ask } = noting()
  const [one, unlucky, two] = await Promise.allSettled([ask('a', 1), ask('a', 13), ask('a', 2)])
  t.match(one, { status: 'fulfilled', value: { twice: 2 } })
  t.match(unlucky, { status: 'rejected', reason: { message: 'unlucky' } })
  t.match(two, { status: 'fulfilled', value: { twice: 4 } })
  const all = await Promise.allSettled([ask('a', 1), ask('a', -1)])
  for (const outcome of all) t.match(outcome, { status: 'rejected', reason: { message: 'all' } })
  t.same(await ask('a', 5), { twice: 10 })
})
