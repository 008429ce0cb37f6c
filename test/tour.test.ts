import t from 'tap'
import { nothingIsLeft } from './fsck/look.ts'
import { call, startLocal } from './local.ts'
import { serveHere } from './processes.ts'
import { tour } from './tour.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server

t.test('all functions behind one address', (t) => tour(t, { points: url, jobs: url, results: url }, call))

t.test('the front door ahead of functions elsewhere', async (t) => {
  const elsewhere = { REDIS_URL: server.redis.url, POINTS_URL: url, JOBS_URL: url, RESULTS_URL: url }
  const front = await serveHere('web', elsewhere)
  t.teardown(() => front.stop())
  await tour(t, { points: front.url, jobs: front.url, results: front.url }, call)
  const listed = await call(front.url, 'GET', '/jobs?limit=1')
  for (const link of Object.values(listed.body.jobs[0].links))
    t.equal(new URL(String(link)).origin, front.url, 'links lead to where the caller asked')
})

t.test('nothing is left of it all', (t) => nothingIsLeft(t, server.redis.url))
