import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { emWidth } from '../../shared/analysis/text.ts'

/** What the bundled font is called, in charts and in what is registered with the canvas. */
export const family = 'IBM Plex Sans'

export interface Font {
  path: string
  weight: number
  /** Advance widths of characters in em, from the font's own tables. */
  widths: Map<number, number>
}

const face = (file: string) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/ibm-plex-sans/${file}`))

/** The bundled faces, lightest first. */
export const fonts: Font[] = [
  { weight: 400, path: face('400Regular/IBMPlexSans_400Regular.ttf') },
  { weight: 600, path: face('600SemiBold/IBMPlexSans_600SemiBold.ttf') },
  { weight: 700, path: face('700Bold/IBMPlexSans_700Bold.ttf') },
].map((font) => ({ ...font, widths: readWidths(readFileSync(font.path)) }))

/**
 * The width of a line of text in pixels, from the bundled font's tables and not from the canvas: that would ask the
 * machine's own fonts for what ours lacks, and a chart would be laid out differently wherever they differ.
 * Kerning is left out: it is below 1 % of a line.
 */
export function measureText(text: string, size: number, weight: number): number {
  const { widths } = fonts.findLast((font) => font.weight <= weight) ?? fonts[0]!
  let ems = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    ems += widths.get(code) ?? emWidth(code)
  }
  return ems * size
}

/** Reads the character map (format 4: the basic plane) and the advance widths of a TrueType font. */
function readWidths(file: Buffer): Map<number, number> {
  const tables = new Map<string, number>()
  for (let i = 0; i < file.readUInt16BE(4); i++) {
    const at = 12 + 16 * i
    tables.set(file.toString('latin1', at, at + 4), file.readUInt32BE(at + 8))
  }
  const unitsPerEm = file.readUInt16BE(tables.get('head')! + 18)
  const metrics = file.readUInt16BE(tables.get('hhea')! + 34)
  const hmtx = tables.get('hmtx')!
  const widthOf = (glyph: number) => file.readUInt16BE(hmtx + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm

  const widths = new Map<number, number>()
  const map = unicodeMap(file, tables.get('cmap')!)
  const segments = file.readUInt16BE(map + 6) / 2
  const [ends, starts] = [map + 14, map + 16 + 2 * segments]
  const [deltas, offsets] = [starts + 2 * segments, starts + 4 * segments]
  for (let i = 0; i < segments; i++) {
    const start = file.readUInt16BE(starts + 2 * i)
    const delta = file.readUInt16BE(deltas + 2 * i)
    const offset = file.readUInt16BE(offsets + 2 * i)
    for (let code = start; code <= file.readUInt16BE(ends + 2 * i); code++) {
      const glyph = offset === 0 ? code : file.readUInt16BE(offsets + 2 * i + offset + 2 * (code - start))
      if (code < 0xffff && (offset === 0 || glyph > 0)) widths.set(code, widthOf((glyph + delta) & 0xffff))
    }
  }
  return widths
}

function unicodeMap(file: Buffer, cmap: number): number {
  for (let i = 0; i < file.readUInt16BE(cmap + 2); i++) {
    const map = cmap + file.readUInt32BE(cmap + 4 + 8 * i + 4)
    if (file.readUInt16BE(map) === 4) return map
  }
  throw new Error('the font has no character map of format 4')
}
