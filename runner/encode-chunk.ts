import { assert, unreachable } from '#protocol/assert.ts'
import { tileBytes } from '#protocol/wgsl/tile.ts'
import type { Chunk, ChunkItem } from './chunk.ts'
import { encodeBegin, encodeFinish } from './encode-ends.ts'
import type { Lane } from './lane.ts'
import { RunnerError } from './runner-error.ts'
import type { Staging } from './staging.ts'
import { isRuntimeSized } from './uniform-program.ts'
import type { UnitPlan } from './unit-plan.ts'
import type { BoundSlot } from './walk-steps.ts'

/** Encodes a chunk of a unit's steps and submits it. Call it where the device's errors are listened for. */
export function submitChunk(lane: Lane, plan: UnitPlan, chunk: Chunk, staging: Staging): void {
  const { device } = lane.job.jobDevice
  const staged = staging.fill(chunk.stagedBytes())
  const encoder = device.createCommandEncoder({ label: lane.label })
  const recorder = new Recorder(encoder, lane, staged, staging.generation)
  for (const item of chunk.items) recorder.add(item, plan)
  recorder.endPass()
  device.queue.submit([encoder.finish()])
}

/** Writes items into an encoder; neighbouring dispatches share a pass. */
class Recorder {
  readonly #encoder: GPUCommandEncoder
  readonly #lane: Lane
  readonly #staged: GPUBuffer
  readonly #generation: number
  #pass: GPUComputePassEncoder | undefined

  constructor(encoder: GPUCommandEncoder, lane: Lane, staged: GPUBuffer, generation: number) {
    this.#encoder = encoder
    this.#lane = lane
    this.#staged = staged
    this.#generation = generation
  }

  add(item: ChunkItem, plan: UnitPlan): void {
    if (item.kind !== 'dispatch') this.endPass()
    switch (item.kind) {
      case 'dispatch':
        this.#dispatch(item)
        return
      case 'uniform': {
        const { buffer } = this.#lane.buffer(item.name)
        this.#encoder.copyBufferToBuffer(this.#staged, item.offset, buffer, 0, item.bytes)
        return
      }
      case 'copy': {
        const from = this.#lane.buffer(item.from)
        const to = this.#lane.buffer(item.to)
        const bytes = item.bytes ?? Math.min(from.bytes, to.bytes)
        if (bytes > from.bytes || bytes > to.bytes)
          throw new RunnerError(
            'invalidJob',
            `${bytes} bytes are copied from "${item.from}" (${from.bytes}) to "${item.to}" (${to.bytes}).`,
          )
        this.#encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, bytes)
        return
      }
      case 'clear': {
        const { buffer, bytes } = this.#lane.buffer(item.name)
        this.#encoder.clearBuffer(buffer, 0, bytes)
        return
      }
      case 'begin':
        encodeBegin(this.#encoder, this.#lane, plan, item.resultFill)
        return
      case 'finish':
        encodeFinish(this.#encoder, this.#lane, plan)
        return
      default:
        unreachable(item)
    }
  }

  endPass(): void {
    this.#pass?.end()
    this.#pass = undefined
  }

  #dispatch({ ready, bound, counts, tileOffset }: Extract<ChunkItem, { kind: 'dispatch' }>): void {
    this.#pass ??= this.#encoder.beginComputePass({ label: this.#lane.label })
    const { layouts } = ready
    this.#pass.setPipeline(ready.pipeline)
    for (const [group, layout] of layouts.groups.entries()) {
      const mine = bound.filter(({ slot }) => slot.declared.group === group).map((each) => this.#bind(each))
      if (layouts.tile?.group === group) mine.push(this.#bindTile(layouts.tile.binding, tileOffset))
      const key = `${layouts.key} ${group} ${mine.map((each) => each.key).join()}`
      const bindGroup = this.#lane.bindGroup(key, () => ({
        label: key,
        layout,
        entries: mine.map((each) => each.entry()),
      }))
      const offsets = mine
        .toSorted((left, right) => left.binding - right.binding)
        .flatMap(({ dynamicOffset }) => dynamicOffset ?? [])
      this.#pass.setBindGroup(group, bindGroup, offsets)
    }
    if ('buffer' in counts)
      this.#pass.dispatchWorkgroupsIndirect(this.#lane.buffer(counts.buffer).buffer, counts.offset)
    else this.#pass.dispatchWorkgroups(...counts)
  }

  #bind(bound: BoundSlot): Bound {
    const { declared } = bound.slot
    const { binding } = declared
    switch (declared.kind) {
      case 'uniform':
      case 'storage':
        return this.#bindBuffer(bound)
      case 'texture':
      case 'storageTexture': {
        const view = () => this.#lane.view(bound.name, declared.dimension)
        return {
          binding,
          key: bound.name,
          dynamicOffset: undefined,
          entry: () => ({ binding, resource: view() }),
        }
      }
      case 'sampler': {
        const sampler = this.#lane.job.shared.samplers.get(bound.name)
        assert(sampler, 'a sampler slot binds samplers')
        return {
          binding,
          key: bound.name,
          dynamicOffset: undefined,
          entry: () => ({ binding, resource: sampler }),
        }
      }
      case 'externalTexture':
        throw new RunnerError('invalidJob', `"${declared.name}" is a texture from outside, which no job has.`)
      default:
        return unreachable(declared)
    }
  }

  /** At the unit's exact sizes, because kernels ask for `arrayLength`. */
  #bindBuffer({ slot, name, offset, size }: BoundSlot): Bound {
    const { declared, dynamic } = slot
    const { binding } = declared
    const { buffer, bytes } = this.#lane.buffer(name)
    const rest = bytes - offset
    const fixed = 'type' in declared && !isRuntimeSized(declared.type) ? declared.bytesMin : undefined
    // A uniform buffer of many records is longer than one binding may be.
    const wanted = size ?? (dynamic || declared.kind === 'uniform' ? (fixed ?? rest) : rest)
    if (offset + wanted > bytes)
      throw new RunnerError(
        'invalidJob',
        `"${declared.name}" takes ${wanted} bytes from ${offset} of "${name}", which has ${bytes}.`,
      )
    const start = dynamic ? 0 : offset
    return {
      binding,
      key: `${name}@${start}+${wanted}`,
      dynamicOffset: dynamic ? offset : undefined,
      entry: () => ({ binding, resource: { buffer, offset: start, size: wanted } }),
    }
  }

  #bindTile(binding: number, tileOffset: number | undefined): Bound {
    return {
      binding,
      key: `tile ${this.#generation}`,
      dynamicOffset: tileOffset,
      entry: () => ({ binding, resource: { buffer: this.#staged, size: tileBytes } }),
    }
  }
}

interface Bound {
  readonly binding: number
  /** Says all that the entry holds. */
  readonly key: string
  readonly dynamicOffset: number | undefined
  entry(): GPUBindGroupEntry
}
