import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { UnitSpan } from '#protocol/job-plan.ts'
import type { ImagePlan } from '#protocol/manifest-schema.ts'
import type { JobOutput, PictureShape, Rectangle } from './contributor-view.ts'

/** A part of the picture, and where its pixels lie among those of a unit. */
export interface Patch extends Rectangle {
  readonly firstPixel: number
  /** From one row's first pixel to the next one's. */
  readonly rowPixels: number
}

/** What comes of a job, as far as it can be shown while it runs. */
export function jobOutputOf({ collect }: Pick<CompleteManifest, 'collect'>): JobOutput {
  if (collect.kind !== 'image') return { kind: collect.kind }
  // Units that are merged into one picture have no places in it.
  return collect.reduce ? { kind: 'raw' } : { kind: 'picture', shape: pictureShapeOf(collect) }
}

export function pictureShapeOf({ width, height, tile = [width, height] }: ImagePlan): PictureShape {
  return { width, height, tileWidth: tile[0], tileHeight: tile[1] }
}

/**
 * The parts of the picture that a unit fills. Position `p` of the range is tile `p`, counted row by row from the top
 * left; a unit holds its tiles one after the other, each complete, also where they reach over the right or lower edge.
 */
export function patchesOf(shape: PictureShape, { begin, count }: UnitSpan): Patch[] {
  const { width, height, tileWidth, tileHeight } = shape
  // Tiles of one row of pixels that fill the width leave no gap: a pixel a tile would otherwise be a patch a pixel.
  if (tileHeight === 1 && width % tileWidth === 0)
    return runOf(width, begin * tileWidth, Math.min((begin + count) * tileWidth, width * height))
  const tilesPerRow = Math.ceil(width / tileWidth)
  const tileCount = tilesPerRow * Math.ceil(height / tileHeight)
  return Array.from({ length: Math.max(0, Math.min(count, tileCount - begin)) }, (_, place) => {
    const x = ((begin + place) % tilesPerRow) * tileWidth
    const y = Math.floor((begin + place) / tilesPerRow) * tileHeight
    return {
      x,
      y,
      width: Math.min(tileWidth, width - x),
      height: Math.min(tileHeight, height - y),
      firstPixel: place * tileWidth * tileHeight,
      rowPixels: tileWidth,
    }
  })
}

/** Pixels `[first, end)` counted along the rows: what is left of the first row, whole rows, and a begun one. */
function runOf(width: number, first: number, end: number): Patch[] {
  const patches: Patch[] = []
  for (let at = first; at < end;) {
    const x = at % width
    const rows = x === 0 ? Math.floor((end - at) / width) : 0
    const patchWidth = rows > 0 ? width : Math.min(width - x, end - at)
    const height = Math.max(1, rows)
    const place = { x, y: Math.floor(at / width), width: patchWidth, height }
    patches.push({ ...place, firstPixel: at - first, rowPixels: width })
    at += patchWidth * height
  }
  return patches
}
