import { describe } from './describe.ts'
import type { Kind } from './kind.ts'
import { plot } from './plot.ts'

/** Every kind of job. A new one is a file beside this and a line here. */
export const catalogue: readonly Kind<never>[] = [plot, describe]

export function findKind(name: string): Kind | undefined {
  return catalogue.find((kind) => kind.name === name) as Kind | undefined
}
