/** The q-quantile of some numbers, 0 ≤ q ≤ 1: the smallest one that q of them don't exceed. */
export function quantile(numbers: number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

export const median = (numbers: number[]) => quantile(numbers, 0.5)

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`

/** Lines up the columns of a table, whose first row is its head. */
export function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  const [head, ...body] = rows
  return [line(head!), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n')
}

/** What is done a second, in thousands or millions. */
export const rate = (value: number) =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : `${(value / 1000).toFixed(1)} k`
