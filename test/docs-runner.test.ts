import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { examplesOf, runDocument, runExamples, type Verdict } from './docs.ts'
import { difference, normalise } from './docs-compare.ts'

// A server that says what it was asked: enough to see that examples reach the address they are given.
const server = createServer((req, res) => {
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ path: req.url, self: `http://${req.headers.host}${req.url}`, id: crypto.randomUUID() }))
})
await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
server.unref() // so that the tests end with their last
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** A fenced block; ''' stands for its fence, so that documents can be written as templates. */
const document = (text: string) => text.replaceAll("'''", '```')

async function verdicts(
  t: Test,
  text: string,
  options: { path?: string; pythonFolder?: string } = {},
): Promise<Verdict[]> {
  const { examples, faults } = examplesOf(document(text))
  t.strictSame(faults, [])
  const all: Verdict[] = []
  for await (const verdict of runExamples(examples, { baseUrl, ...options })) all.push(verdict)
  return all
}

t.test('examples that do what the document says', async (t) => {
  const text = `
# A tour

'''sh
KYMOGRAPH=http://127.0.0.1:8090
curl -s "$KYMOGRAPH/series/a"
'''

'''json
{ "path": "/series/a", "self": "http://127.0.0.1:8090/series/a", "id": "0190a0b1-0000-7000-8000-000000000000" }
'''

Words between, and a later example that knows the variable, the function, the folder and the file of earlier ones:

'''sh
greet() { echo "hello $1"; }
mkdir sub && cd sub
printf 'time,value\\n1,2\\n' > points.csv
'''

'''sh
greet "$(curl -s $KYMOGRAPH | wc -l)"
cat points.csv
'''
'''text
hello …
…
1,2
'''

'''sh norun clones the repository
git clone nowhere
'''
'''text
never printed
'''

'''json
{ "not": "an output, since no example stands before it" }
'''
`
  t.strictSame(await verdicts(t, text), [
    { name: 'line 4: KYMOGRAPH=http://127.0.0.1:8090' },
    { name: 'line 15: greet() { echo "hello $1"; }' },
    { name: 'line 21: greet "$(curl -s $KYMOGRAPH | wc -l)"' },
  ])
})

t.test('a wrong output is a fault, and later examples still run', async (t) => {
  const [wrong, right] = await verdicts(
    t,
    "'''sh\necho one\n'''\n'''text\ntwo\n'''\n'''sh\necho 1\n'''\n'''json\n1\n'''\n",
  )
  t.match(wrong?.fault, /the document shows\ntwo\nbut it printed\none/)
  t.equal(right?.fault, undefined)
})

t.test('a failed command ends the document, with what it said', async (t) => {
  const text = "'''sh\necho before\nls ./nowhere\necho after\n'''\n'''sh\necho later\n'''\n'''sh\necho last\n'''\n"
  const [failed, later, ...none] = await verdicts(t, text)
  t.match(failed?.fault, /it exited with [12]\n.*nowhere.*\nbefore$/)
  t.match(later, { name: 'line 6 and after', fault: '2 examples were not run' })
  t.strictSame(none, [])
})

for (const [name, code] of [
  ['a variable that is not set', 'echo "$NOWHERE"'],
  ['a failure inside a pipe', 'false | cat'],
  ['an exit', 'exit 3'],
]) {
  t.test(`${name} is a fault`, async (t) => {
    const [verdict] = await verdicts(t, `'''sh\n${code}\n'''\n`)
    t.match(verdict?.fault, /^it exited with [13]/)
  })
}

t.test('an example can leave no process behind', async (t) => {
  // `cat` reads on for as long as anybody holds the other end of the pipe.
  const folder = t.testdir({})
  const fifo = join(folder, 'fifo')
  spawnSync('mkfifo', [fifo])
  const cat = spawn('cat', [fifo], { stdio: 'ignore' })
  t.after(() => cat.kill())
  const ended = once(cat, 'close')
  const [verdict] = await verdicts(t, `'''sh\nexec 9> ${fifo}\nsleep 1000 >&9 &\n'''\n`)
  t.equal(verdict?.fault, undefined)
  const [status] = await ended
  t.equal(status, 0, 'all that held the pipe are gone')
})

t.test('without curl every example is a skip that says why', async (t) => {
  const folder = t.testdir({ bash: t.fixture('symlink', '/bin/bash') })
  const all = await verdicts(t, "'''sh\necho 1\n'''\n'''sh\necho 2\n'''\n", { path: folder })
  t.match(all, [{ skip: 'no curl on the PATH' }, { skip: 'no curl on the PATH' }])
})

t.test('without Python only its examples are skips', async (t) => {
  const text = "'''sh\necho 1\n'''\n'''python\nprint(1)\n'''\n'''sh\necho 2\n'''\n"
  const all = await verdicts(t, text, { pythonFolder: t.testdir({}) })
  t.match(all, [{ skip: undefined }, { skip: /no Python environment/ }, { skip: undefined }])
})

const python = join(import.meta.dirname, '..', '.kymograph', 'python', 'bin')
const noPython = existsSync(python) ? false : 'there is no Python environment: node scripts/setup.mjs makes it'

t.test('Python examples', { skip: noPython }, async (t) => {
  const text = `
'''sh
export NAME=rain
mkdir sub && cd sub
'''

'''python
import os, requests
answer = requests.get("http://127.0.0.1:8090/series/" + os.environ["NAME"]).json()
print(answer["self"])
print(os.path.basename(os.getcwd()))
'''
'''text
http://127.0.0.1:8090/series/rain
sub
'''

'''python
raise SystemExit("it's wrong")
'''
`
  const all = await verdicts(t, text)
  t.match(all, [{ fault: undefined }, { fault: undefined }, { fault: /it exited with 1\nit's wrong/ }])
})

t.test('a document is run from its file, with an assertion for each example', async (t) => {
  const text = document(
    "'''sh\ncurl -s http://127.0.0.1:8090/a\n'''\n'''json\n{ \"path\": \"/a\", \"…\": \"…\" }\n'''\n",
  )
  const folder = t.testdir({ 'tour.md': `${text}\n${document("'''sh norun needs a cluster\nfalse\n'''\n")}` })
  t.strictSame(await runDocument(join(folder, 'tour.md'), { baseUrl, t }), [
    { name: 'line 1: curl -s http://127.0.0.1:8090/a' },
  ])
})

t.test('how examples may not be written', async (t) => {
  const faults = (text: string) => examplesOf(document(text)).faults
  t.match(faults("'''sh norun\ngit clone x\n'''\n"), [/^line 1: say behind norun why/])
  t.match(faults("text\n\n'''bash\nls\n'''\n"), [/^line 3: call the block sh, not bash/])
  t.match(faults("'''py\n1\n'''\n"), [/python, not py/])
  t.match(faults("'''sh skip\nls\n'''\n"), [/skip means nothing here/])
  t.strictSame(faults("'''yaml\na: 1\n'''\n'''\nplain\n'''\n"), [])
  const { examples } = examplesOf(
    document("- a list\n\n  '''sh\n  ls\n  '''\n  '''text\n  x\n  '''\n\n'''sh\nls\n'''\n\nwords\n\n'''text\nx\n'''\n"),
  )
  t.match(examples, [
    { line: 3, code: 'ls\n', output: { text: 'x\n' } },
    { line: 10, output: undefined },
  ])
})

const same: [name: string, language: 'json' | 'text' | 'csv', shown: string, printed: string][] = [
  ['white space of JSON', 'json', '{ "a": [1, 2] }', '{"a":[1,2]}\n'],
  ['members in another order', 'json', '{"a":1,"b":2}', '{"b":2,"a":1}'],
  ['… for any value', 'json', '{"a":"…","b":["…"]}', '{"a":{"c":1},"b":[null]}'],
  ['… inside a string', 'json', '{"a":"/jobs/…/events"}', '{"a":"/jobs/17/events"}'],
  ['… for further items', 'json', '[1, "…"]', '[1,2,3]'],
  ['… for no further items', 'json', '[1, "…"]', '[1]'],
  ['… for further members', 'json', '{"a":1,"…":"…"}', '{"a":1,"b":2}'],
  ['ids', 'json', '{"id":"0190a0b1-1111-7000-8000-000000000000"}', '{"id":"019ffff1-2222-7abc-8def-000000000001"}'],
  ['times of jobs', 'json', '{"created":"2026-01-01T00:00:00.000Z"}', '{"created": "2026-11-22T19:00:01.123Z"}'],
  ['durations', 'json', '{"runMs":12}', '{"runMs":340.5}'],
  ['revisions', 'json', '{"revision":"q1W_x-2z.1"}', '{"revision":"AAAAbbbb.3"}'],
  [
    'headers',
    'text',
    'HTTP/1.1 200 OK\nETag: "a.1;b"\nDate: today',
    'HTTP/1.1 200 OK\r\nETag: "c.2;d"\r\nDate: now\r\n',
  ],
  ['… in a line', 'text', 'took … ms (ok)', 'took 12 ms (ok)'],
  ['… for lines', 'csv', 'time,value\n…\n3,4', 'time,value\n1,2\n2,3\n3,4\n'],
  ['… for no lines', 'text', 'a\n…', 'a'],
]
for (const [name, language, shown, printed] of same) {
  t.test(`the same: ${name}`, async (t) => t.equal(difference(language, shown, printed), undefined))
}

const others: [name: string, language: 'json' | 'text' | 'csv', shown: string, printed: string, fault: RegExp][] = [
  ['a value', 'json', '{"a":[1,{"b":2}]}', '{"a":[1,{"b":3}]}', /^\$\.a\[1\]\.b is 3, not 2;/],
  ['a type', 'json', '{"a":1}', '{"a":"1"}', /^\$\.a is "1", not 1/],
  ['null for an object', 'json', '{"a":{}}', '{"a":null}', /^\$\.a is null/],
  ['an object for a list', 'json', '[]', '{}', /^\$ is {}, not \[\]/],
  ['a missing member', 'json', '{"a":"…"}', '{}', /^\$\.a is missing/],
  ['a member too many', 'json', '{"a":1}', '{"a":1,"b":2}', /^\$\.b is printed but not shown: 2/],
  ['an item too many', 'json', '[1]', '[1,2]', /^\$ has 2 items, not 1/],
  ['an item too few before …', 'json', '[1,2,"…"]', '[1]', /^\$ has 1 items, not 2 or more/],
  ['a string around …', 'json', '"/jobs/…"', '"/results/1"', /^\$ is "\/results\/1"/],
  [
    'no time where one is shown',
    'json',
    '{"created":"2026-01-01T00:00:00.000Z"}',
    '{"created":null}',
    /^\$\.created is null/,
  ],
  ['no JSON', 'json', '{}', 'error', /^it printed no JSON/],
  ['JSON that is none in the document', 'json', '{ a: 1 }', '{}', /^what the document shows is no JSON/],
  ['a line', 'text', 'a\nb', 'a\nc', /shows\na\nb\nbut it printed\na\nc$/],
  ['a line too many', 'text', 'a', 'a\nb', /shows/],
  ['white space of a line', 'csv', 'a, b', 'a,b', /shows/],
  ['a dot is no pattern', 'text', '1.5', '1x5', /shows/],
]
for (const [name, language, shown, printed, fault] of others) {
  t.test(`not the same: ${name}`, async (t) => t.match(difference(language, shown, printed), fault))
}

t.test('what is volatile keeps its place', async (t) => {
  t.equal(normalise("{'revision': 'abc.12', 'count': 12}"), "{'revision': '<revision>', 'count': 12}")
  t.equal(normalise('revision 4.2 of 127.0.0.1'), 'revision 4.2 of 127.0.0.1')
})
