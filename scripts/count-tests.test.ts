import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const script = join(import.meta.dirname, 'count-tests.mjs')

/** What the script makes of these runs, each its TAP and its exit status. */
function count(t: Test, runs: { tap?: string; status: number }[], ci: boolean) {
  const folder = t.testdir(Object.fromEntries(runs.flatMap(({ tap }, index) => (tap ? [[`${index}.tap`, tap]] : []))))
  const args = runs.flatMap(({ status }, index) => [join(folder, `${index}.tap`), String(status)])
  const result = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: { CI: String(ci) } })
  const lines = result.stdout.trimEnd().split('\n')
  return { verdict: lines.at(-1), status: result.status, reasons: lines.slice(0, -1) }
}

// Each subtest stands for a test file; the indentation is how TAP nests.
const file = (name: string, ok: boolean, ...lines: string[]) =>
  [
    `# Subtest: ${name}`,
    ...lines.map((line) => `    ${line}`),
    `    1..${lines.filter((line) => /^(not )?ok/.test(line)).length}`,
    `${ok ? 'ok' : 'not ok'} - ${name}`,
  ].join('\n')
const document = (...files: string[]) => `TAP version 14\n${files.join('\n')}\n1..${files.length}\n`

const cases: { name: string; runs: { tap?: string; status: number }[]; off: string; ci?: string; reason?: RegExp }[] = [
  {
    name: 'assertions count, the subtests around them do not',
    runs: [{ tap: document(file('a', true, 'ok 1 - x', 'ok 2 - y'), file('b', true, 'ok 1 - z')), status: 0 }],
    off: '3 passed, 0 failed',
  },
  {
    name: 'a failed assertion counts once, however deep',
    runs: [{ tap: document(file('a', false, 'ok 1 - x', 'not ok 2 - y')), status: 1 }],
    off: '1 passed, 1 failed',
    reason: /a > y/,
  },
  {
    name: 'a failed assertion tells what was found, and where',
    runs: [
      {
        tap: document(
          file(
            'a',
            false,
            'not ok 1 - x',
            '  ---',
            '  found: 3',
            '  at:',
            '    fileName: a.ts',
            '    lineNumber: 7',
            '  ...',
          ),
        ),
        status: 1,
      },
    ],
    off: '0 passed, 1 failed',
    reason: /at: 'a.ts:7', found: 3/,
  },
  {
    name: 'a file that fails beside its assertions counts as failed',
    runs: [{ tap: document(file('a', false, 'ok 1 - x')), status: 1 }],
    off: '1 passed, 1 failed',
  },
  {
    name: 'a subtest without assertions is a failure',
    runs: [{ tap: document(file('a', true), file('b', true, 'ok 1')), status: 0 }],
    off: '1 passed, 1 failed',
    reason: /asserts nothing/,
  },
  {
    name: 'a skip is a failure in CI',
    runs: [{ tap: document(file('a', true, 'ok 1 - x', 'ok 2 - y # SKIP no curl')), status: 0 }],
    off: '1 passed, 0 failed',
    ci: '1 passed, 1 failed',
    reason: /y: no curl/,
  },
  {
    name: 'a skip for want of kn is none',
    runs: [{ tap: document(file('a', true, 'ok 1 - x', 'ok 2 - y # SKIP kn is not on the PATH')), status: 0 }],
    off: '1 passed, 0 failed',
  },
  {
    name: 'a word that contains kn is no excuse',
    runs: [{ tap: document(file('a', true, 'ok 1 - x', 'ok 2 - y # SKIP unknown')), status: 0 }],
    off: '1 passed, 0 failed',
    ci: '1 passed, 1 failed',
  },
  {
    name: 'a todo is a failure',
    runs: [{ tap: document(file('a', true, 'ok 1 - x', 'not ok 2 - y # TODO')), status: 0 }],
    off: '1 passed, 1 failed',
  },
  {
    name: 'a run that broke off is a failure',
    runs: [{ tap: '# Subtest: a\n    ok 1 - x\n    ok 2 - y\n', status: 0 }],
    off: '2 passed, 1 failed',
  },
  {
    name: 'a bail-out is a failure',
    runs: [{ tap: 'TAP version 14\nok 1 - x\nBail out! gone\n', status: 0 }],
    off: '1 passed, 1 failed',
  },
  { name: 'a run that wrote nothing is a failure', runs: [{ status: 0 }], off: '0 passed, 1 failed' },
  {
    name: 'an exit status without a failed assertion is a failure',
    runs: [{ tap: document(file('a', true, 'ok 1 - x')), status: 1 }],
    off: '1 passed, 1 failed',
    reason: /status 1/,
  },
  {
    name: 'several runs add up',
    runs: [{ tap: document(file('a', true, 'ok 1')), status: 0 }, { status: 137 }],
    off: '1 passed, 1 failed',
    reason: /status 137/,
  },
  { name: 'no run at all is a failure', runs: [], off: '0 passed, 1 failed' },
]

for (const { name, runs, off, ci = off, reason } of cases) {
  t.test(name, async (t) => {
    const outsideOfCi = ci === off ? [] : [[false, off] as const]
    for (const [inCi, expected] of [...outsideOfCi, [true, ci] as const]) {
      const { verdict, status, reasons } = count(t, runs, inCi)
      t.equal(verdict, expected, `CI=${inCi}`)
      t.equal(status, expected.endsWith(' 0 failed') ? 0 : 1, `exit status with CI=${inCi}`)
      if (reason && !expected.endsWith(' 0 failed')) t.match(reasons.join('\n'), reason)
    }
  })
}
