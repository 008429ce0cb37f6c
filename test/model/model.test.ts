import t from 'tap'
import { anySeed, checkModel } from './check.ts'

t.test('ten thousand operations, some at once, give what a plain map gives', async (t) => {
  const seed = Number(process.env.MODEL_SEED ?? anySeed())
  t.comment(`MODEL_SEED=${seed}`)
  const done = await checkModel({ seed, count: 10_000 })
  t.ok(done >= 10_000, `${done} operations`)
})
