import type { Written } from '../../shared/series/store.ts'

/** Series that are remembered. */
const most = 50_000

/**
 * At which revision a series was last seen to have the labels that its name says. A write that follows that revision
 * directly leaves nothing to look for: nobody else has changed the series in between.
 */
export class KnownLabels {
  readonly #revisions = new Map<string, string>()

  /** Whether a series still has its labels after a write; then that is remembered. */
  hasAfter(name: string, { revision, inserted, updated }: Written): boolean {
    const known = this.#revisions.get(name)
    if (known === undefined) return false
    const changes = inserted + updated > 0 ? 1 : 0
    const [generation, counter] = known.split('.') as [string, string]
    if (revision !== `${generation}.${Number(counter) + changes}`) return false
    this.saw(name, revision)
    return true
  }

  saw(name: string, revision: string): void {
    this.#revisions.delete(name)
    this.#revisions.set(name, revision)
    if (this.#revisions.size > most) this.#revisions.delete(this.#revisions.keys().next().value!)
  }
}
