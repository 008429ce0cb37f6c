import { cpus } from 'node:os'
import { change } from './change.ts'
import { chart } from './chart.ts'
import { codec } from './codec.ts'
import { ingest } from './ingest.ts'
import { kill } from './kill.ts'
import { queue } from './queue.ts'
import { read } from './read.ts'
import { submit } from './submit.ts'
import { text } from './text.ts'

/** The questions: one file each. */
const benches: Record<string, (say: (line: string) => void) => Promise<void>> = {
  change,
  chart,
  codec,
  ingest,
  kill,
  queue,
  read,
  submit,
  text,
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`No benchmark is called '${unknown[0]}'; there are ${Object.keys(benches).join(', ')}.\n`)
  process.exit(2)
}
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'a processor'}`)
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  say(`\n# ${name}`)
  await bench(say)
}
