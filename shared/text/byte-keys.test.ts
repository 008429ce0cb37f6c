import fc from 'fast-check'
import t from 'tap'
import { ByteKeys } from './byte-keys.ts'

t.test('runs of bytes keep their numbers, each owner its own', async (t) => {
  const run = fc.tuple(fc.uint8Array({ maxLength: 4, max: 3 }), fc.nat({ max: 3 }))
  let found = 0
  fc.assert(
    fc.property(fc.array(run, { minLength: 100, maxLength: 400 }), (runs) => {
      const keys = new ByteKeys(7)
      const known = new Map<string, number>()
      for (const [bytes, owner] of runs) {
        const name = `${owner} ${bytes.join()}`
        const padded = Uint8Array.of(9, 9, ...bytes, 9)
        const end = padded.length - 1
        const number = keys.find(padded, 2, end, owner)
        if (number !== (known.get(name) ?? -1)) return false
        if (number >= 0) {
          found++
          continue
        }
        const added = keys.add(padded, 2, end, owner)
        if (added !== known.size || !keys.isAt(added, padded, 2) || keys.length(added) !== bytes.length) return false
        known.set(name, added)
      }
      return keys.count === known.size
    }),
    { numRuns: 100 },
  )
  t.ok(found > 50, `${found} were found again`)
})

t.test('what was forgotten is not found', async (t) => {
  const keys = new ByteKeys(7)
  const bytes = Buffer.from('one,two')
  t.equal(keys.add(bytes, 0, 3, 0), 0)
  t.equal(keys.add(bytes, 4, 7, 0), 1)
  keys.forget()
  t.equal(keys.find(bytes, 0, 3, 0), -1)
  t.equal(keys.add(bytes, 4, 7, 0), 0)
  t.equal(keys.isAt(0, bytes, 4), true)
  t.equal(keys.isAt(0, bytes, 0), false)
})
