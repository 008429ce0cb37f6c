import type { Request } from '../../shared/http/http.ts'
import { Problem } from '../../shared/problems.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import { nameFault } from '../../shared/series/name.ts'
import { unknownSeries } from '../../shared/series/store.ts'
import { refuse } from './derived-query.ts'
import { readMatch } from './series.ts'
import type { PointsServices } from './services.ts'

export const selectQuery = {
  series: {
    type: 'array',
    items: { type: 'string' },
    description:
      'Names of series, separated by commas, or the parameter several times. A comma or a backslash within a name has a backslash before it',
  },
  match: { type: 'string', description: 'Conditions on labels, instead of names', example: 'city="austin"' },
}

/** Series that are looked up at once. */
const batch = 100

/**
 * The series that a query names, in its order, or matches, in the order of their names; with `most`, that many and one
 * more at the most. Throws Problem: 'unknown-series', 'too-many-series', 'invalid-query'.
 */
export async function selectSeries(
  request: Request,
  { store, maxQuerySeries }: PointsServices,
  { after, most }: { after: string | undefined; most: number | undefined },
): Promise<SeriesInfo[]> {
  const { series, match } = request.query as { series?: string[]; match?: string }
  if ((series === undefined) === (match === undefined)) {
    refuse([{ parameter: 'series', detail: "say which series: either by 'series' or by 'match'" }])
  }
  const wanted = most === undefined ? maxQuerySeries : most
  const found: SeriesInfo[] = []
  if (series) {
    const names = readNames(series)
    const start = after === undefined ? 0 : names.indexOf(after) + 1
    if (names.length > maxQuerySeries) throw tooMany(maxQuerySeries, most)
    const rest = names.slice(start, start + wanted + 1)
    for (let at = 0; at < rest.length; at += batch) {
      found.push(
        ...(await Promise.all(
          rest.slice(at, at + batch).map((name) => known(store.get(name), name, names.length > 1)),
        )),
      )
    }
    return found
  }
  const matchers = readMatch(match)
  for (let last = after; found.length <= wanted; ) {
    const page = await store.list({ match: matchers, limit: Math.min(1000, wanted + 1), after: last })
    found.push(...page.series)
    last = page.next
    if (last === undefined) break
  }
  if (most === undefined && found.length > maxQuerySeries) throw tooMany(maxQuerySeries, most)
  return found
}

async function known(info: Promise<SeriesInfo | undefined>, name: string, isListed: boolean): Promise<SeriesInfo> {
  const found = await info
  if (found) return found
  if (!isListed) throw unknownSeries(name)
  throw new Problem('unknown-series', `There is no series '${name}'; a comma within a name is written '\\,'.`)
}

function tooMany(max: number, most: number | undefined): Problem {
  const mend = most === undefined ? "narrow 'match', or read page by page with 'limit'" : 'name fewer'
  return new Problem('too-many-series', `The query reads more than ${max} series; ${mend}.`)
}

function readNames(given: string[]): string[] {
  const names = given.flatMap(splitNames)
  const errors = names.flatMap((name) => {
    const fault = nameFault(name)
    return fault === undefined ? [] : [{ parameter: 'series', detail: fault }]
  })
  refuse(errors)
  return [...new Set(names)]
}

/** `a,b\,c` → 'a' and 'b,c'. */
function splitNames(text: string): string[] {
  const names = ['']
  for (const [token] of text.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (token === ',') names.push('')
    else names[names.length - 1] += token.length > 1 && token.startsWith('\\') ? token.slice(1) : token
  }
  return names
}
