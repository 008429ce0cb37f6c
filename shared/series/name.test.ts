import t from 'tap'
import { nameFault } from './name.ts'

t.test('a name may have anything that can be read', async (t) => {
  const names = [
    'a',
    '...',
    'weather/temp °C',
    '{braces}',
    'cpu.load,host=a\\,b',
    '日本',
    '👩‍🔬',
    ' ',
    '%2F',
    '-',
    '.a',
  ]
  for (const name of [...names, 'a'.repeat(512), '°'.repeat(256)]) t.equal(nameFault(name), undefined, name)
})

t.test('what can be no name is said why', async (t) => {
  t.equal(nameFault(''), 'the name of a series is empty')
  t.equal(nameFault('.'), "'.' can't be the name of a series")
  t.equal(nameFault('..'), "'..' can't be the name of a series")
  t.equal(nameFault('\uD800'), 'the name of a series is not valid Unicode')
  for (const control of ['\0', 'a\nb', '\u007F', '\u0085'])
    t.equal(nameFault(control), 'the name of a series has a control character')
  t.equal(nameFault('a'.repeat(513)), 'the name of a series has 513 bytes; 512 are the most')
  t.equal(nameFault('°'.repeat(257)), 'the name of a series has 514 bytes; 512 are the most')
})
