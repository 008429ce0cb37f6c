/** A text that is not JSON: what is wrong with it, and in which line. */
export class JsonError extends Error {
  readonly line: number
  constructor(detail: string, line: number) {
    super(detail)
    this.line = line
  }
}

/** Parses JSON; a byte order mark is dropped. Throws JsonError. */
export function parseJsonText(text: string): unknown {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text
  try {
    return JSON.parse(bare)
  } catch (error) {
    const { message } = error as Error
    const position = /at position (\d+)/.exec(message)?.[1]
    const end = bare.trimEnd().length
    const at = position
      ? Math.min(Number(position), end)
      : /^Unexpected end/.test(message)
        ? end
        : unexpectedToken(bare)
    const reason = message.replace(/(, (\.\.\.)?".*is not valid JSON| (in|after) JSON at position.*)$/s, '')
    throw new JsonError(bare.trim() === '' ? 'the body is empty' : `not JSON: ${reason}`, lineAt(bare, at))
  }
}

const token = /[ \t\r\n]*([{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y

/** V8 says no position where a value should begin and none does: this finds that place. */
function unexpectedToken(text: string): number {
  let before = ','
  token.lastIndex = 0
  for (let end = 0; ; end = token.lastIndex) {
    const found = token.exec(text)?.[1]
    if (found === undefined) return end + /^\s*/.exec(text.slice(end, end + 10_000))![0].length
    const isValue = !/^[\]},:]$/.test(found) || (before === '[' && found === ']') || (before === '{' && found === '}')
    if (!isValue && /^[[,:]$/.test(before)) return token.lastIndex - 1
    before = found
  }
}

function lineAt(text: string, position: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++
  return line
}
