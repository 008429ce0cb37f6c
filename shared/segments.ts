/** The first path segments that each function answers to: no two share one, so that one address can stand for all. */
export const segments = {
  points: ['series', 'points', 'import', 'write', 'api', 'ping', 'health'],
  jobs: ['jobs', 'kinds'],
  results: ['results', 'plots', 'links'],
} as const satisfies Record<string, readonly string[]>

export type RoutedFunction = keyof typeof segments

/** The function that a request's first segment belongs to. */
export function functionOf(url: string): RoutedFunction | undefined {
  const [first = ''] = url
    .replace(/^https?:\/\/[^/?]*/i, '')
    .slice(1)
    .split(/[/?]/, 1)
  const [bare = ''] = first.split('.', 1) // a suffix names the form: /points.csv
  const found = Object.entries(segments).find(([, owned]) => (owned as readonly string[]).includes(bare))
  return found?.[0] as RoutedFunction | undefined
}
