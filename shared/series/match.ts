/** One condition of `match=`: a label that has, or does not have, a value. A missing label has the value ''. */
export interface Matcher {
  label: string
  negated: boolean
  value: string
}

const condition = /^\s*([^\s"=!,~]+)\s*(!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/

/** Reads `city="austin",kind!="test"`; throws RangeError with a message for the caller. */
export function parseMatch(text: string): Matcher[] {
  const matchers: Matcher[] = []
  let rest = text
  while (rest.trim() !== '') {
    const found = condition.exec(rest)
    if (!found)
      throw new RangeError(
        `'${rest.trim()}' is not a condition; expected label="value" or label!="value", joined by commas`,
      )
    const [whole, label, operator, value] = found as unknown as [string, string, string, string]
    matchers.push({ label, negated: operator === '!=', value: value.replace(/\\(.)/g, '$1') })
    rest = rest.slice(whole.length)
  }
  return matchers
}

export function matches(matchers: Matcher[], labels: Record<string, string>): boolean {
  return matchers.every(
    ({ label, negated, value }) => ((Object.hasOwn(labels, label) ? labels[label] : '') === value) !== negated,
  )
}
