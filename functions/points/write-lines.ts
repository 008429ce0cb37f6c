import type { LineSeries } from '../../shared/series/line-points.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import type { KnownLabels } from './known-labels.ts'

/** Series that are written at a time: what they ask of Redis in one turn goes there together. */
const parallel = 64

/**
 * Writes the points of many series, and sees to their labels. Each series changes in one step, all of them in the end;
 * after a failure no more are begun, and those under way have ended. To write the same again does no harm.
 */
export async function writeSeries(store: SeriesStore, known: KnownLabels, series: LineSeries[]): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < series.length) {
      try {
        await writeOne(store, known, series[next++]!)
      } catch (error) {
        next = series.length
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(parallel, series.length) }, lane))
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason
}

async function writeOne(store: SeriesStore, known: KnownLabels, { name, labels, points }: LineSeries): Promise<void> {
  const written = await store.upsert(name, points)
  const wanted = Object.entries(labels)
  if (wanted.length === 0 || known.hasAfter(name, written)) return
  const info = await store.get(name)
  if (!info) return // it was deleted meanwhile
  if (wanted.every(([label, value]) => info.labels[label] === value)) known.saw(name, info.revision)
  else await store.addMetadata(name, { labels })
}
