import assert from 'node:assert/strict'
import { type Called, call } from '../local.ts'
import type { Change, Counts, Model } from './model.ts'

/** A series behind several servers that know nothing of one another. */
export class Series {
  readonly #urls: string[]
  readonly #name: string
  #turn = 0

  constructor(urls: string[], name: string) {
    this.#urls = urls
    this.#name = name
  }

  ask(method: string, rest: string, options: Parameters<typeof call>[3] = {}): Promise<Called> {
    return this.#call(method, `/series/${encodeURIComponent(this.#name)}${rest}`, options)
  }

  #call(method: string, path: string, options: Parameters<typeof call>[3]): Promise<Called> {
    return call(this.#urls[this.#turn++ % this.#urls.length]!, method, path, options)
  }

  /** Sends points as a data set whose column of values has the name of the series. */
  importRows(model: Model, rows: Change['rows']): Promise<Called> {
    const said = { time: 'time', time_format: 'iso', tz: 'UTC', values: this.#name, labels: '', null: '', header: '1' }
    const lines = rows.map(([place, value]) => `${new Date(model.timeOf(place)).toISOString()},${value}`)
    const body = `time,${this.#name}\n${lines.join('\n')}\n`
    return this.#call('POST', `/import?${new URLSearchParams(said)}`, { body, headers: { 'content-type': 'text/csv' } })
  }

  /** Writes by the route that does such a change: a replacement, a delete, or points in one of their forms. */
  write(model: Model, { cleared, rows }: Change, form: Form, headers: Record<string, string> = {}): Promise<Called> {
    const { type, body } = forms[form](rows.map(([place, value]) => [model.timeOf(place), value]))
    const all = { body, headers: { 'content-type': type, ...headers } }
    if (!cleared) return this.ask('POST', '/points?timestamps=epoch_ms', all)
    const isAll = cleared.from === -Infinity
    const range = isAll ? 'all=true' : `from=${model.timeOf(cleared.from)}&to=${model.timeOf(cleared.to)}`
    const path = `/points?timestamps=epoch_ms&${range}`
    return rows.length === 0 ? this.ask('DELETE', path, { headers }) : this.ask('PUT', path, all)
  }

  /** A range page by page, as places and values in the asked order, and the revision of each page. */
  async read(
    model: Model,
    { from, to, order, limit }: Read,
  ): Promise<{ rows: [number, number][]; revisions: string[] }> {
    const bounds = Object.entries({ from, to }).flatMap(([name, place]) =>
      place === undefined ? [] : [`${name}=${model.timeOf(place)}`],
    )
    const query = ['timestamps=epoch_ms', 'shape=columns', `order=${order}`, ...bounds]
    if (limit !== undefined) query.push(`limit=${limit}`)
    const rows: [number, number][] = []
    const revisions: string[] = []
    let cursor = ''
    do {
      const { status, headers, body } = await this.ask('GET', `/points?${query.join('&')}${cursor}`)
      assert.equal(status, 200)
      assert.ok(limit === undefined || body.timestamps.length <= limit)
      for (const [i, time] of body.timestamps.entries()) rows.push([model.placeOf(time), body.values[i]])
      revisions.push(headers.get('etag')!.slice(1).split(';')[0]!)
      cursor = body.next === null ? '' : `&cursor=${body.next}`
    } while (cursor)
    return { rows, revisions }
  }
}

export interface Read {
  from?: number | undefined
  to?: number | undefined
  order: 'asc' | 'desc'
  limit?: number | undefined
}

type Rows = [time: number, value: number][]

const forms = {
  list: (rows: Rows) => ({
    type: 'application/json',
    body: JSON.stringify(rows.map(([timestamp, value]) => ({ timestamp, value }))),
  }),
  columns: (rows: Rows) => ({
    type: 'application/json',
    body: JSON.stringify({ timestamps: rows.map(([time]) => time), values: rows.map(([, value]) => value) }),
  }),
  csv: (rows: Rows) => ({
    type: 'text/csv',
    body: `timestamp,value\n${rows.map(([time, value]) => `${new Date(time).toISOString()},${value}`).join('\n')}`,
  }),
}

export type Form = keyof typeof forms

/** What an answer to a write tells, with what it leaves out as nothing. */
export function countsOf({ body }: Called): Counts {
  const { inserted = 0, updated = 0, unchanged = 0, deleted = 0, expired = 0 } = body
  return { inserted, updated, unchanged, deleted, expired }
}
