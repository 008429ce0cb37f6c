import type { Answer, Route } from '../../shared/http/http.ts'
import { Notes } from '../../shared/http/notes.ts'
import { replacedSchema } from '../../shared/schemas/points.ts'
import { boundedQuery, pointsBody, readBounded, readPoints } from './range.ts'
import { type PointsServices, seriesName, writeOptions } from './services.ts'

export const replaceRoute: Route<PointsServices> = {
  method: 'PUT',
  path: '/series/{series}/points',
  scope: 'write',
  conditional: true,
  summary: 'Replace a range of points by those of the body, in one step',
  description:
    'Both bounds are needed, or `all=true`. A point outside of the range is refused with its line. A reader sees the range as it was or as it is then, nothing between. A body without points empties the range. A new series is created.',
  direct: true,
  query: boundedQuery,
  body: pointsBody,
  answers: {
    200: { description: 'How many points were new, changed, the same, or taken out', schema: replacedSchema },
  },
  async handle(request, services): Promise<Answer> {
    const name = seriesName(request)
    const notes = new Notes()
    const range = readBounded(request, notes)
    const points = await readPoints(request, services, { within: range, report: notes.add })
    const replaced = await services.store.replaceRange(name, range, points, writeOptions(request))
    return { body: { ...replaced, ...notes.member() } }
  },
}
