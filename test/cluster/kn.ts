import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { root } from '../manifests.ts'
import { type Environment, kubectl } from './cluster.ts'

const hasKn = spawnSync('kn', ['version']).status === 0

/** The commands of docs/deploy.md, in their order, against this environment. */
export async function kn(t: Test, environment: Environment): Promise<void> {
  const { namespace, bases, call } = environment
  await t.test('kn', { skip: hasKn ? false : 'kn is not on the PATH' }, async (t) => {
    const page = await readFile(join(root, 'docs/deploy.md'), 'utf8')
    const commands = page.split('\n').filter((line) => line.startsWith('kn '))
    t.ok(commands.length >= 6)
    for (const command of commands) {
      const args = command.replaceAll('kymograph-test', namespace).split(' ').slice(1)
      const { status, stdout, stderr } = spawnSync('kn', args, { encoding: 'utf8' })
      t.equal(status, 0, `${command}\n${stdout}${stderr}`)
      const traffic = args.flatMap((arg, i) => (args[i - 1] === '--traffic' ? [arg] : []))
      if (traffic.length === 0) continue
      const route = JSON.parse(await kubectl('-n', namespace, 'get', 'ksvc', 'points', '-o', 'json'))
      const shares = route.status.traffic.map((share: { percent: number }) => share.percent)
      t.same(
        shares,
        traffic.map((share) => Number(share.split('=')[1])),
        command,
      )
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(bases.points, 'GET', '/series')))
      t.ok(
        answers.every((answer) => answer.status === 200),
        'both revisions answer',
      )
    }
  })
}
