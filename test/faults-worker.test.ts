import t from 'tap'
import { call } from './local.ts'
import { drawingProcess, startFunction, until } from './processes.ts'
import { endedOnce, freeze, jobOf, makeStage, poke, startWorker, statusIs, submit } from './stage.ts'

t.test('SIGTERM lets the job under way end', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { DRAIN_MS: '20000' })
  const frozen = await freeze(worker)
  const id = await submit(stage)
  const waiting = await submit(stage)
  const poked = poke(worker)
  await until(async () => (await jobOf(stage, id)).status === 'running')
  worker.signal('SIGTERM')
  await until(() => worker.log.find(({ msg }) => msg === 'stopping'))
  process.kill(frozen, 'SIGCONT')
  t.equal(await worker.ended, 0, 'it ends by itself')
  t.equal((await poked)?.status, 200, 'the poke under way is answered')
  await endedOnce(t, stage, id, 1)
  t.equal((await jobOf(stage, waiting)).attempt, 0, 'no further job was taken')
})

t.test('SIGTERM gives a job back that does not end in time', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { DRAIN_MS: '200' })
  await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  await statusIs(stage, id, 'running')
  t.equal(await worker.kill('SIGTERM'), 0)
  t.equal((await jobOf(stage, id)).status, 'queued', 'at once, not when the lease runs out')
  await poke(await startWorker(stage))
  await endedOnce(t, stage, id, 2)
})

t.test('a job that kills its process has three attempts, then it has failed with its error', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  let pid = await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(async () => {
      const job = await jobOf(stage, id)
      return job.status === 'running' && job.attempt === attempt
    })
    if (attempt > 1) pid = await drawingProcess(worker)
    process.kill(pid, 'SIGKILL')
  }
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.attempt, 3)
  t.equal(failed.error.code, 'crashed')
  t.match(failed.error.detail, /SIGKILL/)
  t.equal((await call(stage.results.url, 'GET', `/results/${id}`)).status, 409)
})

t.test('an attempt that takes too long is killed', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { JOB_TIMEOUT_MS: '3000', JOB_ATTEMPTS: '1' })
  await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.error.code, 'timeout')
})

t.test('an attempt that takes more memory than it may is killed', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { JOB_MEMORY_BYTES: '67108864', JOB_ATTEMPTS: '1' })
  // With Vega loaded, the process is larger than that before it draws: at the second job at the latest.
  const ids = [await submit(stage), await submit(stage)]
  await poke(worker)
  const last = await statusIs(stage, ids[1]!, 'failed')
  t.equal(last.error.code, 'out-of-memory')
})

t.test('a worker shows the internal token or is not heard', async (t) => {
  const stage = await makeStage(t, { INTERNAL_TOKEN: 'between-us' })
  const worker = await startWorker(stage)
  t.equal((await call(worker.url, 'POST', '/')).status, 401)
  t.equal((await call(worker.url, 'POST', '/', { headers: { authorization: 'Bearer guess' } })).status, 401)
  const jobs = await startFunction('jobs', { ...stage.settings, WORKER_URL: worker.url })
  stage.started.push(jobs)
  await endedOnce(t, { ...stage, jobs }, await submit({ ...stage, jobs }), 1)
})
