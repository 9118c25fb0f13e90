import type { PreviewTile, Rectangle } from '#web/core/contributor-view.ts'

/** A ball on a floor under one lamp: enough of a picture to judge the page by. */
export function sampleTile(image: { width: number; height: number }, tile: Rectangle): PreviewTile {
  const pixels = new Uint8ClampedArray(tile.width * tile.height * 4)
  for (let y = 0; y < tile.height; y++)
    for (let x = 0; x < tile.width; x++)
      pixels.set(colourAt(image, tile.x + x, tile.y + y), (y * tile.width + x) * 4)
  return { ...tile, pixels }
}

function colourAt(image: { width: number; height: number }, x: number, y: number): number[] {
  const u = (x - image.width / 2) / image.height
  const v = (y - image.height / 2) / image.height
  const radius = 0.3
  const distance = Math.hypot(u, v)
  if (distance < radius) {
    const z = Math.sqrt(radius * radius - u * u - v * v)
    const light = Math.max(0, (-0.45 * u - 0.65 * v + 0.6 * z) / radius)
    const bounce = Math.max(0, v / radius) * 0.2
    const glint = Math.max(0, light - 0.95) * 12
    return shade([205, 92, 62], 0.28 + 0.72 * light + bounce, glint)
  }
  if (v > 0.16) {
    const shadow = Math.hypot((u - 0.14) / 0.42, (v - 0.31) / 0.09)
    const darkness = Math.min(1, Math.max(0.35, shadow * shadow * 0.7))
    return shade([212, 205, 192], (0.65 + v * 0.6) * darkness, 0)
  }
  return shade([148, 172, 190], 0.85 - v * 0.5, 0)
}

function shade(colour: readonly number[], light: number, glint: number): number[] {
  return [...colour.map((channel) => channel * light + 255 * glint), 255]
}
