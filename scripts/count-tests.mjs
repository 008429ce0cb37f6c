#!/usr/bin/env node
/**
 * Counts what test runs came to and prints `N passed, N failed` as the last line; exit status 1 unless all passed.
 *
 *   node scripts/count-tests.mjs FILE STATUS [FILE STATUS …]
 *
 * FILE is the TAP that a run wrote, STATUS its exit status. Counted are the assertions, not the subtests around them.
 * As failed count as well: a subtest without assertions, a todo, a run that broke off, wrote nothing, or ended with
 * another status than 0 for no failed assertion (coverage, a crash at exit); and when CI=true a skip, unless it is
 * for want of `kn`, which not every machine can have.
 */
import { existsSync, readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { Parser } from 'tap-parser'

const strict = process.env.CI === 'true'
const total = { passed: 0, failed: 0 }

/** Lines of what a failed assertion says of itself that are worth their place at the end of a log. */
const linesOfDetail = 30

function fail(why, detail) {
  total.failed += 1
  process.stdout.write(`failed: ${why}\n`)
  if (!detail) return
  const { source: _source, at, ...rest } = detail
  const place = at?.fileName ? { at: `${at.fileName}:${at.lineNumber}` } : {}
  const lines = inspect({ ...place, ...rest }, { depth: 3, breakLength: 120 }).split('\n')
  for (const line of lines.slice(0, linesOfDetail)) process.stdout.write(`    ${line}\n`)
}

function skip(name, reason) {
  const why = [name, reason].filter((part) => typeof part === 'string' && part !== '').join(': ')
  if (strict && !/\bkn\b/.test(why)) fail(`${why} (skipped, which CI does not allow)`)
  else process.stdout.write(`skipped: ${why}\n`)
}

/** Follows one level of TAP; an assertion right after a child closes that child and repeats its outcome. */
function follow(parser) {
  let child
  parser.on('child', (opened) => {
    child = { failedBefore: total.failed, parser: opened }
    follow(opened)
  })
  parser.on('assert', (result) => {
    const closes = child
    child = undefined
    if (result.skip) skip(result.fullname, result.skip)
    else if (result.todo) fail(`${result.fullname} (todo)`)
    else if (closes && result.ok && closes.parser.count === 0) fail(`${result.fullname} (asserts nothing)`)
    else if (result.ok) total.passed += closes ? 0 : 1
    else if (!closes || total.failed === closes.failedBefore) fail(result.fullname, result.diag)
  })
}

function count(file, status) {
  const before = total.failed
  const parser = new Parser()
  follow(parser)
  parser.end(existsSync(file) ? readFileSync(file, 'utf8') : '')
  const broken = parser.bailedOut || !parser.ok || parser.count === 0
  if (total.failed > before) return
  if (status !== '0') fail(`the run ended with status ${status}`)
  else if (broken) fail('the run broke off, or wrote no tests')
}

const runs = process.argv.slice(2)
for (let index = 0; index < runs.length; index += 2) count(runs[index], runs[index + 1])
if (runs.length === 0) fail('no test was run')
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`)
