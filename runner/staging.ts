/**
 * Small values that a submit needs at its steps: uniforms and tiles. All of a submit's are written at once, ahead of
 * it; the queue keeps the order, so that one buffer serves every submit.
 */
export class Staging {
  readonly #device: GPUDevice
  #buffer: GPUBuffer | undefined
  #generation = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** Grows with each new buffer: what was bound to an old one must be bound anew. */
  get generation(): number {
    return this.#generation
  }

  /** The buffer with these bytes in it for the next submit. */
  fill(bytes: Uint8Array<ArrayBuffer>): GPUBuffer {
    if (!this.#buffer || this.#buffer.size < bytes.length) {
      this.#buffer?.destroy()
      const size = Math.max(stagingBytesUsual, bytes.length)
      const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
      this.#buffer = this.#device.createBuffer({ label: 'staging', size, usage })
      this.#generation += 1
    }
    if (bytes.length > 0) this.#device.queue.writeBuffer(this.#buffer, 0, bytes)
    return this.#buffer
  }
}

/** A submit is closed when its values need more than this; one value alone may. */
export const stagingBytesUsual = 256 * 1024
