import { readFile } from 'node:fs/promises'
import t from 'tap'
import { fileOf, printed } from '../scripts/print-docs.ts'

for (const [path, print] of Object.entries(printed)) {
  t.test(`${path} is what the code prints now (npm run docs)`, async (t) => {
    t.equal(await readFile(fileOf(path), 'utf8'), await print())
  })
}
