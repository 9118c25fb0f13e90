/** Columns of the table: level, then how many pixels have it as red, green, blue, luma. */
const COLUMNS = 5

/**
 * Counts every level from 0 to 255 over pixels of four bytes (red, green, blue, and one that is not looked at).
 * The table as the kernel leaves it: 256 rows of five little-endian u32.
 */
export function histogram(pixels: Uint8Array): Uint8Array {
  const table = new Uint32Array(256 * COLUMNS)
  const countOne = (level: number, column: number) => {
    const at = level * COLUMNS + column
    table[at] = (table[at] ?? 0) + 1
  }
  for (let level = 0; level < 256; level++) table[level * COLUMNS] = level
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3)
    countOne(red, 1)
    countOne(green, 2)
    countOne(blue, 3)
    countOne(luma(red, green, blue), 4)
  }
  return new Uint8Array(table.buffer)
}

/** ITU-R BT.709: Y' = 0.2126 R' + 0.7152 G' + 0.0722 B', here in whole 256ths and rounded. */
function luma(red: number, green: number, blue: number): number {
  return Math.round((54 * red + 183 * green + 19 * blue) / 256)
}
