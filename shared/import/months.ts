/** Languages whose names of months are read. */
const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl']

const months = new Map<string, string>()
for (const language of languages) {
  for (const style of ['long', 'short'] as const) {
    const format = new Intl.DateTimeFormat(language, { month: style, timeZone: 'UTC' })
    for (let month = 0; month < 12; month++) {
      const name = format
        .format(Date.UTC(2000, month, 1))
        .toLowerCase()
        .replace('.', '')
      // English is first: where two languages differ about a name, its meaning counts.
      if (!months.has(name)) months.set(name, String(month + 1).padStart(2, '0'))
    }
  }
}
months.set('sept', '09')

/** A pattern, in a group, for the name of a month, long or short; case does not matter. */
export const monthPattern = `((?:${[...months.keys()].sort((a, b) => b.length - a.length).join('|')})\\.?)`

/** A month's number from '01', by a name that the pattern has found. */
export function monthOf(name: string): string {
  return months.get(name.toLowerCase().replace('.', ''))!
}
