import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { openQueue, type Ticket } from './queue.ts'
import { connectionOptions } from './smq.ts'

const quiet = { info: () => {}, warn: () => {} }

async function until(condition: () => unknown, what: string, deadlineMs = 20_000) {
  for (const deadline = Date.now() + deadlineMs; !(await condition()); await delay(5)) {
    if (Date.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`)
  }
}

const redis = await startRedis()
t.teardown(redis.stop)
const cli = (...args: string[]) =>
  execFileSync('redis-cli', ['-p', `${redis.port}`, ...args], { encoding: 'utf8' }).trim()
const connections = () => cli('CLIENT', 'LIST').split('\n').length - 1

t.afterEach(() => cli('FLUSHALL'))

t.test('tickets are counted while they wait, and taken in order, one at a time', async (t) => {
  const queue = openQueue({ url: redis.url, log: quiet })
  const tickets = Array.from({ length: 50 }, (_, epoch) => ({ job: `job-${epoch}`, epoch }))
  await queue.send(tickets)
  t.equal(await queue.pending(), 50)

  const taken: Ticket[] = []
  let running = 0
  let most = 0
  const consumer = await queue.consume(async (ticket) => {
    most = Math.max(most, ++running)
    await delay(1)
    running--
    taken.push(ticket)
    if (ticket.epoch % 10 === 0) throw new Error('a take that fails is the same to the queue')
  })
  t.equal(consumer.alive, true)
  await until(() => taken.length === 50, 'all taken')
  t.same(taken, tickets)
  t.equal(most, 1)
  t.equal(await queue.pending(), 0)

  await queue.send([])
  await consumer.close()
  await consumer.close()
  t.equal(consumer.alive, false)
  await queue.send([{ job: 'late', epoch: 0 }])
  t.equal(await queue.pending(), 1, 'a closed consumer takes nothing')
  await queue.close()
  await queue.close()
  await until(() => connections() === 0, 'no connection stays')
  await t.rejects(queue.send([{ job: 'later', epoch: 0 }]), { message: 'the queue is closed' })
  await t.rejects(queue.consume(async () => {}))
})

t.test('a consumer that is being started when the queue is closed is closed too', async (t) => {
  // Closed sooner and later in the start, and in the end after it.
  for (let ticks = 0; ; ticks = 2 * ticks + 1) {
    const queue = openQueue({ url: redis.url, log: quiet })
    const consuming = queue.consume(async () => {})
    const outcome = consuming.then(
      () => 'started',
      (error: Error) => error.message,
    )
    for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve))
    await queue.close()
    if ((await outcome) === 'started') {
      t.equal((await consuming).alive, false)
      break
    }
    t.match(await outcome, /the queue is closed|too late|shut|end|not running/i, `after ${ticks} turns`)
  }
  await until(() => connections() === 0, 'no connection stays')
})

t.test('two queues may create it at once, and share it', async (t) => {
  const one = openQueue({ url: redis.url, log: quiet })
  const other = openQueue({ url: redis.url, log: quiet })
  await Promise.all([one, other].map((queue, epoch) => queue.send([{ job: 'job', epoch }])))
  t.equal(await one.pending(), 2)
  const taken: number[] = []
  const take = async ({ epoch }: Ticket) => void taken.push(epoch)
  await Promise.all([one.consume(take), other.consume(take)])
  await until(() => taken.length === 2, 'both taken')
  await one.close()
  await other.send([{ job: 'job', epoch: 2 }])
  await until(() => taken.length === 3, 'the other goes on')
  await other.close()
})

t.test('thousands of tickets leave nothing behind', async (t) => {
  const queue = openQueue({ url: redis.url, log: quiet })
  let taken = 0
  await queue.consume(async () => {
    taken++
  })
  const keys = () => Number(cli('DBSIZE'))
  const memory = () => Number(/used_memory:(\d+)/.exec(cli('INFO', 'memory'))?.[1])
  const thousand = Array.from({ length: 1000 }, (_, epoch) => ({ job: 'job', epoch }))
  const round = async (total: number) => {
    await queue.send(thousand)
    await until(() => taken === total, 'all taken')
    await until(() => Number(cli('SCARD', 'redis-smq-800.26:default:14:tickets')) === 0, 'all deleted')
    return { keys: keys(), memory: memory() }
  }
  await round(1000)
  const before = await round(2000)
  const after = await round(3000)
  t.equal(after.keys, before.keys)
  t.ok(after.keys < 15, `${after.keys} keys`)
  t.ok(
    after.memory - before.memory < 100_000,
    `grew by ${after.memory - before.memory} bytes; undeleted it is a megabyte`,
  )
  await queue.close()
  t.ok(keys() <= after.keys, 'the consumer leaves none either')
})

t.test('a Redis that is killed and comes back', async (t) => {
  const warnings: string[] = []
  const log = { info: () => {}, warn: (_details: object, message: string) => warnings.push(message) }
  const queue = openQueue({ url: redis.url, log })
  const taken: Ticket[] = []
  const consumer = await queue.consume(async (ticket) => {
    taken.push(ticket)
  })
  for (const epoch of [1, 2, 3]) {
    await redis.kill()
    const started = Date.now()
    await t.rejects(queue.send([{ job: 'unsent', epoch }]))
    await t.rejects(queue.pending())
    t.ok(Date.now() - started < 4500)
    await until(() => !consumer.alive, 'the loss is noticed')
    await redis.restart()
    await queue.send([{ job: 'sent', epoch }])
    await until(
      () => taken.some((ticket) => ticket.job === 'sent' && ticket.epoch === epoch),
      'taken after the restart',
    )
    await until(() => consumer.alive, 'alive again')
  }
  t.ok(warnings.length >= 3)

  await redis.kill()
  const started = Date.now()
  await queue.close()
  t.ok(Date.now() - started < 3500, 'closes without Redis')
  await redis.restart()
  await until(() => connections() === 0, 'nothing reconnects')
})

t.test('a Redis that loses data, scripts or one connection', async (t) => {
  const queue = openQueue({ url: redis.url, log: quiet })
  const taken = new Set<number>()
  const consumer = await queue.consume(async ({ epoch }) => {
    taken.add(epoch)
  })
  const faults = [
    () => cli('FLUSHALL'),
    () => cli('SCRIPT', 'FLUSH'),
    () => cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    () => cli('CLIENT', 'KILL', 'ID', /id=(\d+) .*cmd=brpoplpush/.exec(cli('CLIENT', 'LIST'))?.[1] ?? 'no consumer'),
  ]
  let epoch = 0
  for (const fault of faults) {
    await until(() => consumer.alive, 'alive')
    fault()
    // The ticket under way at a fault may get lost, as tickets may; a later one arrives.
    const first = epoch
    await until(async () => {
      await queue.send([{ job: 'job', epoch: epoch++ }])
      await delay(10)
      return [...taken].some((arrived) => arrived >= first)
    }, `a ticket is taken after: ${fault}`)
    t.pass(`${fault}`)
  }
  await queue.close()
})

t.test('a take under way when the connection goes is not run beside another', async (t) => {
  const queue = openQueue({ url: redis.url, log: quiet })
  let running = 0
  let most = 0
  const taken: string[] = []
  const gate = Promise.withResolvers<void>()
  const consumer = await queue.consume(async ({ job }) => {
    most = Math.max(most, ++running)
    taken.push(job)
    if (job === 'long' && taken.length === 1) await gate.promise
    running--
  })
  await queue.send([{ job: 'long', epoch: 0 }])
  await until(() => taken.length === 1, 'taken')
  cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await until(() => !consumer.alive, 'noticed')
  await queue.send([{ job: 'next', epoch: 0 }])
  t.same(taken, ['long'])
  gate.resolve()
  await until(() => taken.includes('next'), 'the next is taken')
  t.equal(most, 1)
  await queue.close()
})

t.test('what Redis refuses, and what never answers', async (t) => {
  const queue = openQueue({ url: redis.url, log: quiet })
  await queue.pending()
  cli('CONFIG', 'SET', 'maxmemory', '1')
  await t.rejects(queue.send([{ job: 'job', epoch: 0 }]), { message: /OOM/ })
  cli('CONFIG', 'SET', 'maxmemory', '0')
  await queue.send([{ job: 'job', epoch: 0 }])
  t.equal(await queue.pending(), 1)
  const elsewhere = openQueue({ url: 'redis://127.0.0.1:1', log: quiet })
  await t.rejects(elsewhere.pending(), { message: /one Redis per process/ })
  await elsewhere.close()
  await queue.close()

  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const deaf = openQueue({ url: `redis://127.0.0.1:${port}`, log: quiet })
  const started = Date.now()
  await t.rejects(deaf.send([{ job: 'job', epoch: 0 }]), { message: /did not answer/ })
  await t.rejects(
    deaf.consume(async () => {}),
    { message: /did not answer/ },
  )
  await deaf.close()
  t.ok(Date.now() - started < 7000)
  silent.close()
  await once(silent, 'close') // so no connection is left
})

t.test('passwords and databases of the URL reach Redis', async (t) => {
  const guarded = await startRedis({ args: '--user queue on >p@ss/word ~* &* +@all --user default off'.split(' ') })
  t.teardown(guarded.stop)
  const url = `redis://queue:${encodeURIComponent('p@ss/word')}@127.0.0.1:${guarded.port}/3`
  const queue = openQueue({ url, log: quiet })
  await queue.send([{ job: 'job', epoch: 7 }])
  const got = Promise.withResolvers<Ticket>()
  await queue.consume(async (ticket) => got.resolve(ticket))
  t.same(await got.promise, { job: 'job', epoch: 7 })
  await queue.close()

  t.same(connectionOptions('rediss://user:pw@redis.example:6390/2'), {
    host: 'redis.example',
    port: 6390,
    username: 'user',
    password: 'pw',
    db: 2,
    tls: { servername: 'redis.example' },
  })
  t.same(connectionOptions('rediss://127.0.0.1').tls, {})
  t.same(connectionOptions('redis://[::1]'), { host: '::1', port: 6379, db: 0 })
  t.throws(() => connectionOptions('http://redis.example'))
})

t.test('a killed consumer’s ticket gets lost, and nothing else', async (t) => {
  const program = `
    import { openQueue } from ${JSON.stringify(new URL('./queue.ts', import.meta.url).href)}
    const queue = openQueue({ url: process.argv[1], log: { info() {}, warn() {} } })
    await queue.consume(() => { process.send('taken'); return new Promise(() => {}) })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, redis.url], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const queue = openQueue({ url: redis.url, log: quiet })
  await queue.send([
    { job: 'first', epoch: 0 },
    { job: 'second', epoch: 0 },
  ])
  await once(child, 'message')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await queue.pending(), 1)
  const got = Promise.withResolvers<Ticket>()
  await queue.consume(async (ticket) => got.resolve(ticket))
  t.equal((await got.promise).job, 'second')
  await queue.close()
})
