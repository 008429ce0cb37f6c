import assert from 'node:assert/strict'
import fc from 'fast-check'
import { startRedis } from '../../scripts/own-redis.ts'
import { sayFinding } from '../../shared/fsck/report.ts'
import { faultsIn } from '../fsck/look.ts'
import { serveHere } from '../processes.ts'
import { Model } from './model.ts'
import { type Operation, operations } from './operations.ts'
import { Series } from './series.ts'

/** Sequences of one round, and the most operations of a sequence. */
const sequences = 10
const longest = 60

/** Counts what is run, so that a check is as long as was asked for. */
function counted(operation: fc.Arbitrary<Operation>, count: (parts: number) => void): fc.Arbitrary<Operation> {
  return operation.map((one) => ({
    parts: one.parts,
    check: (model) => one.check(model),
    run(model, series) {
      count(one.parts)
      return one.run(model, series)
    },
    toString: () => one.toString(),
  }))
}

/**
 * Does random sequences of every operation to series behind two servers, by HTTP, and compares each answer with a plain
 * map, until so many operations were done; nothing may be wrong in Redis then. Round n has the seed `seed + n`: a fault names its own, which as `seed` does the same
 * again. Gives the number of operations.
 */
export async function checkModel({
  seed,
  count,
  told = () => {},
}: {
  seed: number
  count: number
  told?: (done: number) => void
}): Promise<number> {
  const redis = await startRedis({ appendonly: false })
  const settings = { REDIS_URL: redis.url }
  const servers = await Promise.all([serveHere('points', settings), serveHere('points', settings)])
  const urls = servers.map(({ url }) => url)
  let [done, made] = [0, 0]
  const commands = fc.commands(
    operations.map((operation) =>
      counted(operation, (parts) => {
        done += parts
      }),
    ),
    { maxCommands: longest, size: 'max' },
  )
  try {
    for (let round = 0; done < count; round++) {
      const property = fc.asyncProperty(commands, (sequence) => {
        const setup = () => ({ model: new Model(), real: new Series(urls, `model/${made++}`) })
        return fc.asyncModelRun(setup, sequence)
      })
      const details = await fc.check(property, { seed: seed + round, numRuns: sequences })
      if (details.failed)
        throw new Error(
          `The seed ${seed + round} finds a fault; MODEL_SEED=${seed + round} finds it again.\n${await fc.asyncDefaultReportMessage(details)}`,
        )
      told(done)
    }
    assert.deepEqual((await faultsIn(redis.url, { atRest: true })).map(sayFinding), [])
    return done
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  }
}

export const anySeed = () => Math.floor(Math.random() * 2 ** 31)
