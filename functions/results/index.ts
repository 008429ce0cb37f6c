import type { Answer } from '../../shared/http/http.ts'
import { type LinkBases, link } from '../../shared/http/links.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobs } from '../../shared/jobs/jobs.ts'
import { openResults, type Results, resultFormats } from '../../shared/jobs/results.ts'
import { connect } from '../../shared/redis.ts'
import { resultSchema } from '../../shared/schemas/results.ts'
import { segments } from '../../shared/segments.ts'
import { listRoute } from './listing.ts'

export interface ResultsServices {
  results: Results
  bases: LinkBases
}

/** The function that gives results in their forms. */
export const results: FunctionDefinition<ResultsServices> = {
  name: 'results',
  segments: segments.results,
  routes: [
    {
      method: 'GET',
      path: '/results/{id}',
      scope: 'read',
      summary: 'The result of a job in one of its forms, by suffix, `format` or `Accept`',
      description:
        'JSON holds the numbers, the chart and where it comes from; PNG and SVG are the picture, `txt` draws it for a terminal of 80 columns, `csv` is the table of the numbers, `vl.json` the Vega-Lite specification. A result never changes: answers can be kept for ever, and asked for in parts by `Range: bytes=`.',
      suffix: true,
      formats: resultFormats,
      answers: {
        200: { description: 'The result', schema: resultSchema },
        206: { description: 'The part of it that `Range` asks for' },
      },
      async handle(request, { results, bases }): Promise<Answer> {
        const id = request.params.id!
        return results.answer(id, request.format, (suffix) =>
          link(bases, request.raw, 'results', `/results/${id}.${suffix}`),
        )
      },
    },
    listRoute,
    {
      method: 'DELETE',
      path: '/results/{id}',
      scope: 'write',
      summary: 'Remove a result',
      description:
        'Its address then answers 410, until its job is forgotten; the job stays. Whoever asks the same question again gets a new job.',
      answers: { 204: { description: 'It is gone' } },
      async handle(request, { results }): Promise<Answer> {
        await results.remove(request.params.id!)
        return { status: 204 }
      },
    },
  ],
  async open(config, log) {
    const redis = connect(config.QUEUE_REDIS_URL, log)
    return {
      results: openResults(redis, openJobs(redis, config)),
      bases: config,
      async ready() {
        await redis.ping()
      },
      async close() {
        redis.disconnect()
      },
    }
  },
}
