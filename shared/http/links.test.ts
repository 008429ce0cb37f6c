import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { type LinkBases, link } from './links.ts'

const unset: LinkBases = { PUBLIC_POINTS_URL: '', PUBLIC_JOBS_URL: '', PUBLIC_RESULTS_URL: '' }

/** A request as node makes one, with these headers. */
function asked(headers: Record<string, string>): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers })
}

const to = (host: string, more: Record<string, string> = {}) =>
  link(unset, asked({ host, ...more }), 'results', '/results/1')

t.test('a configured base is taken, with its path and without its last slash', async (t) => {
  const bases = { ...unset, PUBLIC_RESULTS_URL: 'https://api.example/ts/', PUBLIC_JOBS_URL: 'https://jobs.example' }
  const raw = asked({ host: 'elsewhere' })
  t.equal(link(bases, raw, 'results', '/results/1'), 'https://api.example/ts/results/1')
  t.equal(link(bases, raw, 'jobs', '/jobs/1'), 'https://jobs.example/jobs/1')
  t.equal(link(bases, raw, 'points', '/series'), 'http://elsewhere/series')
})

t.test('a first label that is a function’s name is exchanged, any other stays', async (t) => {
  t.equal(to('jobs.ns.example'), 'http://results.ns.example/results/1')
  t.equal(to('points.ns.example:8080'), 'http://results.ns.example:8080/results/1')
  t.equal(to('results.ns.example'), 'http://results.ns.example/results/1')
  for (const host of [
    'web.ns.example',
    'api.example',
    'localhost:8090',
    '127.0.0.1:8090',
    '[::1]:8090',
    'jobs',
    'jobs:8090',
    'myjobs.example',
  ])
    t.equal(to(host), `http://${host}/results/1`)
})

t.test('what a proxy says of the address goes before what it asked for', async (t) => {
  t.equal(
    to('10.0.0.1:8080', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'jobs.ns.example' }),
    'https://results.ns.example/results/1',
  )
  t.equal(to('a.example', { 'x-forwarded-proto': 'https, http' }), 'https://a.example/results/1')
  t.equal(to('a.example', { 'x-forwarded-host': 'b.example, c.example' }), 'http://b.example/results/1')
  t.equal(link(unset, asked({}), 'jobs', '/jobs/1'), 'http://localhost/jobs/1')
})

t.test('a host that is none is the caller’s fault, and makes no link', async (t) => {
  for (const host of ['[', 'a b', 'a:port', ':80'])
    t.throws(() => to(host), { name: 'Problem', code: 'bad-request' }, host)
  const behind = { 'kymograph-origin': 'https://web.ns.example', 'x-forwarded-host': 'results.ns.svc' }
  t.equal(to('results.ns.svc', behind), 'https://web.ns.example/results/1', 'what the front door says counts')
  t.throws(() => to('a', { 'kymograph-origin': 'nowhere' }), { name: 'Problem', code: 'bad-request' })
  t.throws(() => to('a', { 'x-forwarded-proto': 'javascript' }), { name: 'Problem', code: 'bad-request' })
})
