import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { root } from '../manifests.ts'
import { kubectl } from './cluster.ts'

const theirs = 'kymograph-trial-theirs'

/** scripts/deploy says what is in its way, before it changes anything. */
export async function refusals(t: Test): Promise<void> {
  const refused = (args: string[], env: Record<string, string> = {}) => {
    const { status, stderr } = spawnSync('scripts/deploy', args, {
      cwd: root,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    })
    t.equal(status, 1, args.join(' '))
    return stderr
  }
  t.match(refused(['nothing']), /There is no knative\/nothing\/kustomization\.yaml: name test, prod/)
  t.match(refused(['test', '--check'], { KUBECONFIG: '/dev/null' }), /The cluster can't be reached/)
  await kubectl('create', 'namespace', theirs)
  t.teardown(() => kubectl('delete', 'namespace', theirs, '--wait=false'))
  t.match(refused(['test', '--namespace', theirs, '--check']), new RegExp(`The namespace ${theirs} is not Kymograph's`))
  t.equal((await kubectl('-n', theirs, 'get', 'secret,ksvc', '-o', 'name')).trim(), '', 'nothing was made')
}
