/** The bit of each dot of a braille character, by row and column: Unicode 16, chapter 21.1. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

/** A picture of dots, two by four to a character; what lies outside of it is left out. */
export interface Braille {
  /** Sets the dot of a column from the left and a row from the top. */
  dot(x: number, y: number): void
  line(x0: number, y0: number, x1: number, y1: number): void
  /** The dots of a character's cell; 0 for none. */
  cell(column: number, row: number): number
}

export function makeBraille(columns: number, rows: number): Braille {
  const cells = new Uint8Array(columns * rows)

  function dot(x: number, y: number): void {
    if (x < 0 || y < 0 || x >= columns * 2 || y >= rows * 4) return
    cells[(y >> 2) * columns + (x >> 1)]! |= bits[y & 3]![x & 1]!
  }

  return {
    dot,
    line(x0, y0, x1, y1) {
      const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
      for (let i = 0; i <= steps; i++)
        dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps))
    },
    cell: (column, row) => cells[row * columns + column]!,
  }
}
