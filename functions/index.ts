import type { FunctionDefinition } from '../shared/http/serve.ts'

/** Every function, loaded only when it is asked for: a process that serves one must not pay for the others. */
export const functions: Record<string, () => Promise<FunctionDefinition<never>>> = {
  points: async () => (await import('./points/index.ts')).points as FunctionDefinition<never>,
  jobs: async () => (await import('./jobs/index.ts')).jobs as FunctionDefinition<never>,
  results: async () => (await import('./results/index.ts')).results as FunctionDefinition<never>,
  web: async () => (await import('./web/index.ts')).web as FunctionDefinition<never>,
  worker: async () => (await import('./worker/index.ts')).worker as FunctionDefinition<never>,
}
