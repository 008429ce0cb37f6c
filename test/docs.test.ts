import { join } from 'node:path'
import t from 'tap'
import { runDocument } from './docs.ts'
import { startLocal } from './local.ts'

// All examples together: each has its own deadline.
t.setTimeout(300_000)

for (const document of ['README.md', 'docs/user.md']) {
  t.test(`the examples of ${document} do what it says`, async (t) => {
    const server = await startLocal()
    t.after(() => server.stop())
    await runDocument(join(import.meta.dirname, '..', document), { baseUrl: server.url, t })
  })
}
