import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { startRedis } from './own-redis.ts'

t.test('two servers never share a directory; after the first has ended its data are there', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kymograph-shared-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const log = makeLog('silent')
  const first = await startRedis({ dir })
  const writer = connect(first.url, log)
  await writer.set('key', 'value')
  writer.disconnect()
  await t.rejects(startRedis({ dir }), { message: new RegExp(`already running on the data.*${first.port}`) })
  await first.kill('SIGTERM')
  const second = await startRedis({ dir })
  const reader = connect(second.url, log)
  t.equal(await reader.get('key'), 'value')
  reader.disconnect()
  await second.stop()
})
