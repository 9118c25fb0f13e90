import type { PictureShape } from '#web/core/contributor-view.ts'

/** Finer grids than this would cover the picture instead of dividing it. */
const linesMax = 256

/** The lines between a picture's tiles as SVG path data; none where they would be too many. */
export function gridLines({ width, height, tileWidth, tileHeight }: PictureShape): string {
  const columns = Math.ceil(width / tileWidth)
  const rows = Math.ceil(height / tileHeight)
  if (columns + rows > linesMax) return ''
  const between = (count: number) => Array.from({ length: count - 1 }, (_, index) => index + 1)
  return [
    ...between(columns).map((column) => `M${column * tileWidth} 0V${height}`),
    ...between(rows).map((row) => `M0 ${row * tileHeight}H${width}`),
  ].join('')
}
