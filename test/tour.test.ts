import t from 'tap'
import { call, startLocal } from './local.ts'
import { tour } from './tour.ts'

t.test('all functions behind one address', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  await tour(t, { points: server.url, jobs: server.url, results: server.url }, call)
})
