import t from 'tap'
import { startRedis } from '../scripts/own-redis.ts'
import { describeError, makeLog } from './log.ts'
import { connect } from './redis.ts'

t.test('a log line tells of an error what it is, and nothing that it carries', async (t) => {
  const redis = await startRedis({ args: ['--requirepass', 'right'] })
  t.teardown(() => redis.stop())
  const client = connect(redis.url.replace('//', '//:sekret-password@'), makeLog('silent'))
  t.teardown(() => client.disconnect())
  const refused = await client.set('key', Buffer.from('a whole chunk')).catch((error) => error)
  t.match(refused, { message: /WRONGPASS|NOAUTH|max retries/ })
  const told = JSON.stringify(describeError(new Error('outer', { cause: refused })))
  t.match(told, /WRONGPASS|NOAUTH|max retries/)
  t.notMatch(told, /sekret|Buffer|whole chunk/)
})
