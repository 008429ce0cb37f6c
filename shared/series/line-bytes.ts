/**
 * The bytes of line protocol: what ends its parts. What is scanned ends with a line end, so that no scan needs to look
 * for its end; only texts in quotes may hold line ends.
 */
export const byte = {
  tab: 9,
  newline: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  hash: 35,
  comma: 44,
  equals: 61,
  backslash: 92,
} as const
const { newline, carriageReturn, space, quote, comma, equals, backslash } = byte

/** Behind a byte order mark, if one stands there. */
export function behindMark(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at
}

/** Where the line ends that a place lies in. */
export function lineEnd(bytes: Buffer, at: number): number {
  return bytes.indexOf(newline, at)
}

export function countLineEnds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) if (bytes[at] === newline) count++
  return count
}

/** Behind what a backslash escapes: a comma, an equals sign or a space; else behind the backslash. */
function behindEscape(bytes: Uint8Array, at: number): number {
  const next = bytes[at + 1]
  return next === comma || next === equals || next === space ? at + 2 : at + 1
}

/** Where measurement and tags end: at a space, or the end of the line. */
export function keyEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (let c = bytes[at]; c !== space && c !== newline; c = bytes[at])
    at = c === backslash ? behindEscape(bytes, at) : at + 1
  return at
}

/** Where the name of a field ends: at an equals sign, or too early. */
export function nameEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (let c = bytes[at]; c !== equals && c !== comma && c !== space && c !== newline; c = bytes[at])
    at = c === backslash ? behindEscape(bytes, at) : at + 1
  return at
}

/** Where a value ends that is no text in quotes. */
export function valueEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (let c = bytes[at]; c !== comma && c !== space && c !== newline && c !== carriageReturn; c = bytes[at]) at++
  return at
}

/** Where a time ends. */
export function timeEnd(bytes: Uint8Array, start: number): number {
  let at = start
  for (let c = bytes[at]; c !== space && c !== newline && c !== carriageReturn; c = bytes[at]) at++
  return at
}

/** Behind the quote that ends the text that begins at a place; −1 when there is none before `end`. */
export function textEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    if (bytes[at] === quote) return at + 1
    if (bytes[at] === backslash) at++
  }
  return -1
}
