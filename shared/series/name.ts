/** Bytes of the longest name of a series. */
export const maxNameBytes = 512

/** Says what is wrong with the name of a series, or nothing when it is right. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'the name of a series is empty'
  if (name === '.' || name === '..') return `'${name}' can't be the name of a series`
  if (!name.isWellFormed()) return 'the name of a series is not valid Unicode'
  if (/\p{Cc}/u.test(name)) return 'the name of a series has a control character'
  const bytes = Buffer.byteLength(name)
  if (bytes > maxNameBytes) return `the name of a series has ${bytes} bytes; ${maxNameBytes} are the most`
  return undefined
}
