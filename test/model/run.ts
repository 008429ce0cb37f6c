import { parseArgs } from 'node:util'
import { anySeed, checkModel } from './check.ts'

/** `npm run test:model -- [--operations N] [--seed N]`: as many operations as one has time for. */
const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: process.env.MODEL_SEED ?? String(anySeed()) },
  },
})
const [count, seed] = [Number(values.operations), Number(values.seed)]
if (!(count > 0) || !Number.isInteger(seed)) throw new Error('--operations and --seed are numbers')
process.stdout.write(`MODEL_SEED=${seed}\n`)
let next = 0
const done = await checkModel({
  seed,
  count,
  told(done) {
    if (done < next) return
    process.stdout.write(`${done} operations\n`)
    next = done + count / 100
  },
}).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
process.stdout.write(`${done} operations, no fault\n`)
