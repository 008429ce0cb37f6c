import t from 'tap'
import { absentKey, seriesKeys, stagedKeys } from './keys.ts'
import { slotCount, slotOf } from './slot.ts'

t.test('the slots that the specification gives', async (t) => {
  t.equal(slotOf('123456789'), 0x31c3 % slotCount, 'the check value of the CRC')
  t.equal(slotOf('foo'), 12_182)
  t.equal(slotOf('{user1000}.following'), slotOf('{user1000}.followers'))
  t.equal(slotOf('foo{{bar}}zap'), slotOf('{bar'))
  t.equal(slotOf('foo{bar}{zap}'), slotOf('bar'))
  t.not(slotOf('foo{}{bar}'), slotOf('bar'), 'an empty tag is none')
})

t.test('all keys of a series are of one slot', async (t) => {
  for (const name of ['a', 'é/{x}', '}{', '{}']) {
    const staged = Object.values(stagedKeys(name, 'import', 'attempt'))
    const series = Object.values(seriesKeys(name))
    t.equal(new Set([...series, ...staged, absentKey(series[0]!)].map(slotOf)).size, 1, name)
  }
})
