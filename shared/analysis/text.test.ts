import t from 'tap'
import { fit, numberWords, oneLine, precisionOf, textWidth, timeWords, wrap } from './text.ts'

t.test('numbers in words', async (t) => {
  t.equal(numberWords(0), '0')
  t.equal(numberWords(-1.6), '−1.6')
  t.equal(numberWords(1234567.891), '1,234,567.89')
  t.equal(numberWords(1_000_000_000_001), '1,000,000,000,001')
  t.equal(numberWords(0.1 + 0.2), '0.3')
  t.equal(numberWords(0.00012345678), '0.000123457')
  t.equal(numberWords(-2.5e-9), '−2.5e−9')
  t.equal(numberWords(1e300), '1e+300')
})

t.test('times in words are as precise as they need to be', async (t) => {
  const midnight = Date.UTC(2024, 2, 30, 23)
  t.equal(precisionOf([midnight], 'Europe/Berlin'), 'day')
  t.equal(precisionOf([midnight], 'UTC'), 'minute')
  t.equal(timeWords(midnight, 'Europe/Berlin', 'day'), '31 March 2024')
  t.equal(timeWords(midnight, 'UTC', 'minute'), '30 March 2024, 23:00')
  t.equal(timeWords(midnight + 1, 'UTC', precisionOf([midnight + 1], 'UTC')), '30 March 2024, 23:00:00.001')
  t.equal(timeWords(midnight + 5000, 'UTC', precisionOf([midnight + 5000], 'UTC')), '30 March 2024, 23:00:05')
})

t.test('a title breaks at spaces, within its width', async (t) => {
  const lines = wrap('The quick brown fox jumps over the lazy dog', 150, 16, 5)
  t.equal(lines.join(' '), 'The quick brown fox jumps over the lazy dog')
  for (const line of lines) t.ok(textWidth(line, 16) <= 150, line)
})

t.test('a name without spaces breaks anywhere, ideographs between one another', async (t) => {
  for (const text of ['x'.repeat(100), '東京の気温'.repeat(10), `a,${'b'.repeat(60)}`]) {
    const lines = wrap(text, 200, 16, 20)
    t.equal(lines.join(''), text)
    t.ok(lines.length > 1)
    for (const line of lines) t.ok(textWidth(line, 16) <= 200, line)
  }
})

t.test('what has no room ends in an ellipsis and never in half a character', async (t) => {
  const [line, ...more] = wrap('👩‍👩‍👧‍👦'.repeat(30), 200, 16, 1)
  t.same(more, [])
  t.ok(line!.endsWith('…') && line!.isWellFormed())
  t.ok(textWidth(line!, 16) <= 200)
  t.match(fit('sensor.floor1.temperature', 100, 12, 'both'), /^sens.*…erature$|^sens.*…ature$|^sensor.*…rature$/)
  t.equal(fit('abc', 1, 12), '…')
  t.same(wrap('', 100, 12, 2), [])
})

t.test('a title is one line of printable text', async (t) => {
  t.equal(oneLine(' a\n\tb\u0000c\u009f d '), 'a b c d')
  t.ok(oneLine('\ud800').isWellFormed())
})
