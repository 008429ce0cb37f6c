import { posix } from 'node:path'
import { parse } from '@babel/parser'

export interface Import {
  specifier: string
  /** The file of this repository that is meant, from its root; undefined for a package. */
  file: string | undefined
  /** The name of the package that is meant, `node:…` for what Node brings. */
  package: string | undefined
  /** Whether it is gone when the types are stripped. */
  typeOnly: boolean
}

/** What a source file says about itself that the rules of the house can be held against. */
export interface Source {
  path: string
  lines: number
  imports: Import[]
  /** Whether an import names its target by an expression, so that nobody can tell what it is. */
  computedImport: boolean
  /** The environment variables it reads, `*` where that can't be told. */
  env: string[]
  /** How each string and each template begins. */
  strings: string[]
  /** The clock, the log, chance and the network, where it uses them without importing anything. */
  impure: string[]
}

interface Syntax {
  type: string
  [member: string]: unknown
}

const isSyntax = (value: unknown): value is Syntax => typeof (value as Syntax | null)?.type === 'string'

/** Every node of a syntax tree, each before its children. */
function* nodes(value: unknown): Generator<Syntax> {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item)
  else if (isSyntax(value)) {
    yield value
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object' && name !== 'loc' && !name.endsWith('omments')) yield* nodes(member)
    }
  }
}

/** `Date.now` for that member expression, `Date` for that identifier; a part that is computed at run time is `*`. */
function dotted(value: unknown): string {
  if (!isSyntax(value)) return '*'
  if (value.type === 'Identifier') return String(value.name)
  if (value.type === 'MetaProperty') return `${dotted(value.meta)}.${dotted(value.property)}`
  if (value.type !== 'MemberExpression' && value.type !== 'OptionalMemberExpression') return '*'
  const property = value.computed ? (stringOf(value.property) ?? '*') : dotted(value.property)
  return `${dotted(value.object).replace(/^globalThis\./, '')}.${property}`
}

function stringOf(value: unknown): string | undefined {
  return isSyntax(value) && value.type === 'StringLiteral' ? String(value.value) : undefined
}

const impureCalls =
  /^(Date\.now|performance\.now|Temporal\.Now\..*|Math\.random|fetch|set(Timeout|Interval|Immediate))$/
const impureObjects = /^(console|process|crypto)\.\w+$/

function impurity(node: Syntax): string | undefined {
  if (node.type === 'MemberExpression' && impureObjects.test(dotted(node))) return dotted(node)
  const isDate = dotted(node.callee) === 'Date'
  if (node.type === 'NewExpression' && isDate && (node.arguments as unknown[]).length === 0) return 'new Date()'
  if (node.type !== 'CallExpression') return undefined
  return isDate || impureCalls.test(dotted(node.callee)) ? `${dotted(node.callee)}()` : undefined
}

/** The environment variables that a node reads, `*` for all. `seen` keeps what belongs to a node that came before. */
function variables(node: Syntax, seen: Set<unknown>): string[] {
  if (node.type === 'VariableDeclarator' && dotted(node.init) === 'process') return ['*']
  if (node.type === 'VariableDeclarator' && dotted(node.init) === 'process.env') {
    seen.add(node.init)
    const members = (isSyntax(node.id) && (node.id.properties as Syntax[] | undefined)) || []
    return members.length > 0 ? members.map((member) => dotted(member.key)) : ['*']
  }
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
    const name = dotted(node)
    if (name === 'process.env' && !seen.has(node)) return ['*']
    if (dotted(node.object) !== 'process.env') return []
    seen.add(node.object)
    return [name.slice('process.env.'.length)]
  }
  return node.type === 'ImportDeclaration' && /^(node:)?process$/.test(stringOf(node.source) ?? '') ? ['*'] : []
}

/** The specifier of an import, if it says which file or, up to where a template is filled in, which package is meant. */
function specifierOf(value: unknown): string | null {
  if (!isSyntax(value) || value.type !== 'TemplateLiteral') return stringOf(value) ?? null
  return /^(@[^/]+\/)?[^./@][^/]*\//.exec(beginning(value))?.[0] ?? null
}

function beginning(template: Syntax): string {
  const [first] = template.quasis as { value: { cooked?: string } }[]
  return first?.value.cooked ?? ''
}

/** The target of an import of any form, `null` where it is computed, undefined where the node is none. */
function importTarget(node: Syntax): { target: string | null; typeOnly: boolean } | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const target = stringOf(node.source)
      const typeOnly = node.importKind === 'type' || node.exportKind === 'type'
      return target === undefined ? undefined : { target, typeOnly }
    }
    case 'TSImportType':
      return { target: specifierOf(node.argument), typeOnly: true }
    case 'ImportExpression':
      return { target: specifierOf(node.source), typeOnly: false }
    case 'CallExpression': {
      if (!['require', 'require.resolve', 'import.meta.resolve'].includes(dotted(node.callee))) return undefined
      return { target: specifierOf((node.arguments as unknown[])[0]), typeOnly: false }
    }
    default:
      return undefined
  }
}

function resolveImport(from: string, specifier: string, typeOnly: boolean): Import {
  const isFile = /^\.{0,2}\//.test(specifier)
  const file = isFile ? posix.join(posix.dirname(from), specifier) : undefined
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]
  return { specifier, file, package: isFile ? undefined : name, typeOnly }
}

/** Reads a TypeScript or JavaScript module. `path` is from the root of the repository, with slashes. */
export function readSource(path: string, text: string): Source {
  const tree = parse(text, {
    sourceType: 'unambiguous',
    plugins: path.endsWith('ts') ? ['typescript'] : [],
    createImportExpressions: true,
    attachComment: false,
  })
  const source: Source = {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: [],
    computedImport: false,
    env: [],
    strings: [],
    impure: [],
  }
  const seen = new Set<unknown>()
  for (const node of nodes(tree.program)) {
    const found = importTarget(node)
    if (found?.target === null) source.computedImport = true
    else if (found) source.imports.push(resolveImport(path, found.target, found.typeOnly))
    source.env.push(...variables(node, seen))
    const impure = impurity(node)
    if (impure) source.impure.push(impure)
    if (node.type === 'StringLiteral') source.strings.push(String(node.value))
    if (node.type === 'TemplateLiteral') source.strings.push(beginning(node))
  }
  return source
}
