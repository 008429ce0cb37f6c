import { emWidth } from './text.ts'

const graphemes = (text: string) => Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment)

/** How many characters of a terminal a text is wide: ideographs and pictures take two, marks that combine none. */
export function cellWidth(text: string): number {
  return graphemes(text).reduce((sum, letter) => {
    const code = letter.codePointAt(0)!
    const width = emWidth(code)
    return sum + (width === 0 ? 0 : code >= 0x1100 && width >= 1 ? 2 : 1)
  }, 0)
}

/** The text, or as much of it as fits into so many characters, with an ellipsis. */
export function fitCells(text: string, width: number): string {
  if (cellWidth(text) <= width) return text
  let cut = ''
  let used = 1
  for (const letter of graphemes(text)) {
    used += cellWidth(letter)
    if (used > width) break
    cut += letter
  }
  return `${cut.trimEnd()}…`
}

/** The text in lines of at most so many characters, broken at spaces, and within a word only where it is longer than a line. */
export function wrapCells(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  const words = text.split(/(?<=\s)/).flatMap((word) => (cellWidth(word.trimEnd()) > width ? graphemes(word) : [word]))
  for (const word of words) {
    if (cellWidth((line + word).trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += word
  }
  return line.trim() === '' ? lines : [...lines, line.trimEnd()]
}
