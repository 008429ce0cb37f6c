import { parseArgs } from 'node:util'
import { environment, readConfig } from '../shared/config.ts'
import { fsck, isClean, sayFinding, sayReport } from '../shared/fsck/report.ts'
import { makeLog } from '../shared/log.ts'

const usage = `Looks at every key that Kymograph keeps in Redis (REDIS_URL, QUEUE_REDIS_URL) and says what is wrong with it.

  fsck [--repair] [--json] [--at-rest]

  --repair   mend what can be mended
  --json     print each finding, and at the end the counts, as a line of JSON
  --at-rest  nothing may be under way: jobs that wait or run are told too

Exit code: 0 when nothing is wrong, 1 when something was found (mended or not), 2 when it could not look.
`

async function main(): Promise<number> {
  const options = { repair: { type: 'boolean' }, json: { type: 'boolean' }, 'at-rest': { type: 'boolean' } } as const
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const { REDIS_URL, QUEUE_REDIS_URL } = readConfig(environment)
  const asked = { repair: values.repair ?? false, atRest: values['at-rest'] ?? false }
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const report = await fsck(
    { pointsUrl: REDIS_URL, jobsUrl: QUEUE_REDIS_URL, ...asked },
    makeLog('silent'),
    (finding) => print(values.json ? JSON.stringify(finding) : sayFinding(finding)),
  )
  print(values.json ? JSON.stringify(report) : sayReport(report))
  return isClean(report) ? 0 : 1
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    process.stderr.write(`fsck could not look: ${error.message}\n`)
    process.exit(2)
  },
)
