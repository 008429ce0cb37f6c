import { catalogue, findKind } from '../../shared/analysis/catalogue.ts'
import type { Kind } from '../../shared/analysis/kind.ts'
import type { Route } from '../../shared/http/http.ts'
import { Problem } from '../../shared/problems.ts'
import { kindListSchema, kindSchema } from '../../shared/schemas/jobs.ts'
import { unknownName } from '../../shared/validate.ts'

const present = ({ name, title, description, params, example }: Kind<never>) => ({
  name,
  title,
  description,
  params,
  example,
})

export function knownKind(name: string, pointer?: string): Kind {
  const kind = findKind(name)
  if (kind) return kind
  const detail = unknownName(
    name,
    catalogue.map((known) => known.name),
  )
  throw new Problem(
    'unknown-kind',
    `There is no such kind of job: ${detail}.`,
    pointer === undefined ? {} : { errors: [{ pointer, detail }] },
  )
}

/** The catalogue of job kinds. */
export const kindRoutes: Route<unknown>[] = [
  {
    method: 'GET',
    path: '/kinds',
    scope: 'read',
    summary: 'The kinds of job, each with the schema of its parameters and an example',
    answers: { 200: { description: 'The catalogue', schema: kindListSchema } },
    handle: async () => ({ body: { kinds: catalogue.map(present) } }),
  },
  {
    method: 'GET',
    path: '/kinds/{kind}',
    scope: 'read',
    summary: 'One kind of job',
    answers: { 200: { description: 'The kind', schema: kindSchema } },
    handle: async (request) => ({ body: present(knownKind(request.params.kind!)) }),
  },
]
