import { assert } from '#protocol/assert.ts'
import { isScratch } from '#protocol/complete-manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import { bufferUsageOf, textureUsageOf } from './buffer-usage.ts'
import type { JobDevice } from './job-device.ts'
import type { JobProgram } from './job-program.ts'
import { readbackPartsOf } from './read-back.ts'
import { inputOf, padded, type SharedResources } from './shared-resources.ts'
import { createTexture } from './texture-transfer.ts'
import type { TextureShape } from './texture-shape.ts'
import { wholeWords, type UnitPlan } from './unit-plan.ts'

/** What all lanes of a job share. */
export interface LaneJob {
  readonly jobDevice: JobDevice
  readonly program: JobProgram
  readonly shared: SharedResources
}

export interface LaneTexture {
  readonly texture: GPUTexture
  readonly shape: TextureShape
}

/**
 * One unit's own buffers and textures, used again for the next unit. Two lanes keep the GPU busy while results are
 * read back; a third gains nothing.
 */
export class Lane {
  readonly job: LaneJob
  readonly label: string
  readonly #buffers = new Map<string, GPUBuffer>()
  readonly #textures = new Map<string, LaneTexture>()
  readonly #views = new Map<string, GPUTextureView>()
  readonly #bindGroups = new Map<string, GPUBindGroup>()
  /** Sizes of the unit's buffers, which may be less than the buffers have. */
  #bytes = new Map<string, number>()
  #readback: GPUBuffer | undefined

  constructor(job: LaneJob, number: number) {
    this.job = job
    this.label = `${job.program.manifest.name} lane ${number}`
  }

  /**
   * Makes room for a unit and uploads what is the unit's own.
   *
   * @param slices the unit's bytes of each sliced input.
   * @throws {Refusal} for a texture of an input whose size depends on the unit.
   */
  prepare(plan: UnitPlan, slices: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): void {
    const { manifest } = this.job.program
    this.#bytes = new Map()
    for (const [name, bytes] of plan.bufferBytes) this.#own(name, bytes)
    for (const [name, { bytes }] of this.job.program.uniforms) this.#own(name, bytes)
    for (const [name, buffer] of Object.entries(manifest.buffers)) {
      if (isScratch(buffer) || !('from' in buffer)) continue
      const slice = slices.get(inputOf(buffer.from))
      const pristine = this.job.shared.inputs.get(inputOf(buffer.from))
      if (slice) this.#write(this.#own(name, wholeWords(slice.length)), slice)
      else if (this.#use(name).written) this.#own(name, pristine?.size ?? 0)
    }
    for (const [name, shape] of plan.textures) this.#prepareTexture(name, shape)
    const bytes = readbackPartsOf(plan).bytes
    if (!this.#readback || this.#readback.size < bytes) {
      this.#readback?.destroy()
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
      this.#readback = this.#device.createBuffer({ label: `${this.label} read-back`, size: bytes, usage })
    }
  }

  get readback(): GPUBuffer {
    assert(this.#readback, 'a lane is prepared before it is used')
    return this.#readback
  }

  /** A buffer by its name in the manifest, and how many of its bytes are the unit's. */
  buffer(name: string): { readonly buffer: GPUBuffer; readonly bytes: number } {
    const buffer = this.#buffers.get(name)
    const bytes = this.#bytes.get(name)
    if (buffer && bytes !== undefined) return { buffer, bytes }
    const plan = this.job.program.manifest.buffers[name]
    const shared = plan && 'from' in plan ? this.job.shared.inputs.get(inputOf(plan.from)) : undefined
    assert(shared, 'a lane makes its buffers before it uses them')
    return { buffer: shared, bytes: shared.size }
  }

  texture(name: string): LaneTexture {
    const texture = this.#textures.get(name) ?? this.job.shared.textures.get(name)
    assert(texture, 'a lane makes its textures before it uses them')
    return texture
  }

  view(name: string, dimension: GPUTextureViewDimension): GPUTextureView {
    const key = `${name} ${dimension}`
    const known = this.#views.get(key)
    if (known) return known
    const view = this.texture(name).texture.createView({ label: key, dimension })
    this.#views.set(key, view)
    return view
  }

  /** A bind group made once for a key that says all that it holds. */
  bindGroup(key: string, make: () => GPUBindGroupDescriptor): GPUBindGroup {
    const known = this.#bindGroups.get(key)
    if (known) return known
    if (this.#bindGroups.size >= bindGroupsKeptMax) this.#bindGroups.clear()
    const group = this.#device.createBindGroup(make())
    this.#bindGroups.set(key, group)
    return group
  }

  get #device(): GPUDevice {
    return this.job.jobDevice.device
  }

  #use(name: string) {
    const use = this.job.program.uses.get(name)
    assert(use, 'every buffer and texture has its uses counted')
    return use
  }

  /** The lane's buffer of that name, made anew when it is too small. */
  #own(name: string, bytes: number): GPUBuffer {
    this.#bytes.set(name, bytes)
    const known = this.#buffers.get(name)
    if (known && known.size >= bytes) return known
    known?.destroy()
    this.#bindGroups.clear()
    const { COPY_SRC, COPY_DST } = GPUBufferUsage
    const use = this.job.program.uses.get(name)
    const usage = use ? bufferUsageOf(use) : COPY_SRC | COPY_DST
    const buffer = this.#device.createBuffer({ label: `${this.label} ${name}`, size: bytes, usage })
    this.#buffers.set(name, buffer)
    return buffer
  }

  #write(buffer: GPUBuffer, bytes: Uint8Array<ArrayBuffer>): void {
    this.#device.queue.writeBuffer(buffer, 0, padded(bytes))
  }

  #prepareTexture(name: string, shape: TextureShape): void {
    const pristine = this.job.shared.textures.get(name)
    if (pristine && !sameShape(pristine.shape, shape))
      throw new Refusal(
        'manifestInvalid',
        `The texture "${name}" is read from an input, so its size may not depend on the unit.`,
        { where: `textures.${name}.size`, next: 'Give every unit the same size.' },
      )
    if (!pristine || this.#use(name).written) this.#ownTexture(name, shape)
  }

  #ownTexture(name: string, shape: TextureShape): void {
    const known = this.#textures.get(name)
    if (known && sameShape(known.shape, shape)) return
    known?.texture.destroy()
    this.#views.clear()
    this.#bindGroups.clear()
    const texture = createTexture(
      this.#device,
      `${this.label} ${name}`,
      shape,
      textureUsageOf(this.#use(name)),
    )
    this.#textures.set(name, { texture, shape })
  }
}

/** A step may bind another piece of a buffer each time. */
const bindGroupsKeptMax = 1024

function sameShape(left: TextureShape, right: TextureShape): boolean {
  return left.width === right.width && left.height === right.height && left.layers === right.layers
}
