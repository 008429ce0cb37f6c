/** What stands somewhere, for a sentence about it: texts in quotes, long ones cut. */
export function show(raw: unknown): string {
  if (typeof raw === 'object' && raw !== null) return Array.isArray(raw) ? 'a list' : 'an object'
  const text = typeof raw === 'string' ? JSON.stringify(raw) : String(raw)
  return clip(text)
}

export const clip = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
