import type { PreviewTile } from '#web/core/contributor-view.ts'

/** A requester could name a picture larger than a tab's memory; larger ones are painted smaller. */
const sideMax = 2048

/** Paints tiles onto a canvas as they arrive; a tile of another job begins a new picture. */
export class PicturePainter {
  readonly #canvas: HTMLCanvasElement
  readonly #tile = document.createElement('canvas')
  #job: string | undefined
  #scale = 1

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  paint(tile: PreviewTile): void {
    if (tile.job !== this.#job) this.#begin(tile)
    this.#tile.width = tile.width
    this.#tile.height = tile.height
    this.#tile.getContext('2d')?.putImageData(new ImageData(tile.pixels, tile.width, tile.height), 0, 0)
    const [x, y] = [tile.x * this.#scale, tile.y * this.#scale]
    const [width, height] = [tile.width * this.#scale, tile.height * this.#scale]
    this.#canvas.getContext('2d')?.drawImage(this.#tile, x, y, width, height)
  }

  #begin(tile: PreviewTile): void {
    this.#job = tile.job
    this.#scale = Math.min(1, sideMax / Math.max(tile.imageWidth, tile.imageHeight))
    // Setting the size also clears the canvas.
    this.#canvas.width = Math.max(1, Math.round(tile.imageWidth * this.#scale))
    this.#canvas.height = Math.max(1, Math.round(tile.imageHeight * this.#scale))
  }
}
