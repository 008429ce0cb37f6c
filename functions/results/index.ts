import type { Answer } from '../../shared/http/http.ts'
import { link } from '../../shared/http/links.ts'
import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobServices } from '../../shared/jobs/open.ts'
import { resultFormats } from '../../shared/jobs/results.ts'
import { resultSchema } from '../../shared/schemas/results.ts'
import { segments } from '../../shared/segments.ts'
import { type LinkServices, linkRoute } from './links.ts'
import { listRoute } from './listing.ts'
import { type PlotServices, plotRoute } from './plots.ts'

export interface ResultsServices extends LinkServices, PlotServices {}

/** The function that gives results in their forms, draws charts at addresses of their own, and signs addresses. */
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
    plotRoute,
    linkRoute,
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
    const services = openJobServices(config, log)
    return {
      ...services,
      bases: config,
      maxLinkMs: config.MAX_LINK_MS,
      plotMaxAgeMs: config.PLOT_MAX_AGE_MS,
      onces: openOnces(services.redis, config),
    }
  },
}
