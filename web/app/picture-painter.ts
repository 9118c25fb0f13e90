import type { PictureShape, PreviewTile } from '#web/core/contributor-view.ts'

/** A requester could name a picture larger than a tab's memory; larger ones are painted smaller. */
const sideMax = 2048

/** Paints the tiles of one picture onto a canvas as they arrive. */
export class PicturePainter {
  readonly #canvas: HTMLCanvasElement
  readonly #tile = document.createElement('canvas')
  readonly #scale: number

  constructor(canvas: HTMLCanvasElement, { width, height }: PictureShape) {
    this.#canvas = canvas
    this.#scale = Math.min(1, sideMax / Math.max(width, height))
    // Setting the size also clears the canvas.
    canvas.width = Math.max(1, Math.round(width * this.#scale))
    canvas.height = Math.max(1, Math.round(height * this.#scale))
  }

  paint(tile: PreviewTile): void {
    this.#tile.width = tile.width
    this.#tile.height = tile.height
    this.#tile.getContext('2d')?.putImageData(new ImageData(tile.pixels, tile.width, tile.height), 0, 0)
    const [x, y] = [tile.x * this.#scale, tile.y * this.#scale]
    const [width, height] = [tile.width * this.#scale, tile.height * this.#scale]
    this.#canvas.getContext('2d')?.drawImage(this.#tile, x, y, width, height)
  }
}
