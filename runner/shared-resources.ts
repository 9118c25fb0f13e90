import { isScratch } from '#protocol/complete-manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import { bufferUsageOf, textureUsageOf } from './buffer-usage.ts'
import type { JobDevice } from './job-device.ts'
import type { JobProgram } from './job-program.ts'
import { poisonWord } from './poison.ts'
import { createTexture, uploadTexture, zeroBytesFor } from './texture-transfer.ts'
import type { TextureShape } from './texture-shape.ts'
import { wholeWords, type UnitPlan } from './unit-plan.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What all lanes of a job read and none writes. */
export interface SharedResources {
  /** By input. */
  readonly inputs: ReadonlyMap<string, GPUBuffer>
  /** By texture, those made from an input. */
  readonly textures: ReadonlyMap<string, { readonly texture: GPUTexture; readonly shape: TextureShape }>
  readonly samplers: ReadonlyMap<string, GPUSampler>
  readonly poison: GPUBuffer
  readonly zeros: GPUBuffer
}

/** Results are poisoned piece by piece. */
export const poisonBytes = 256 * 1024

/** The inputs of a manifest that come whole, and are used. */
export function wholeInputsOf({ manifest }: JobProgram): string[] {
  const buffers = Object.values(manifest.buffers).map((buffer) => {
    if ('from' in buffer) return buffer.from
    return isScratch(buffer) && buffer.init !== 'zero' ? buffer.init : undefined
  })
  const textures = Object.values(manifest.textures).map(({ from }) => from)
  const names = [...buffers, ...textures].flatMap((from) => (from === undefined ? [] : [inputOf(from)]))
  return [...new Set(names)].filter((name) => {
    const input = manifest.inputs[name]
    return !input?.slice && input?.given === undefined
  })
}

/** `input:mesh` → `mesh` */
export function inputOf(reference: string): string {
  return reference.slice('input:'.length)
}

/**
 * Uploads the inputs that come whole.
 *
 * @throws {RunnerError} `invalidJob`, `tooLargeForDevice`; {Refusal} for a texture whose input has too few bytes.
 */
export async function shareResources(
  jobDevice: JobDevice,
  program: JobProgram,
  plan: UnitPlan,
  inputs: ReadonlyMap<string, Bytes>,
): Promise<SharedResources> {
  const { device } = jobDevice
  return await jobDevice.checked('The inputs', () => ({
    inputs: shareInputs(device, program, inputs),
    textures: shareTextures(device, program, plan, inputs),
    samplers: samplersOf(device, program),
    poison: poisonBuffer(device),
    zeros: device.createBuffer({
      label: 'zeros',
      size: Math.max(4, ...[...plan.textures.values()].map(zeroBytesFor)),
      usage: GPUBufferUsage.COPY_SRC,
    }),
  }))
}

function shareInputs(
  device: GPUDevice,
  program: JobProgram,
  inputs: ReadonlyMap<string, Bytes>,
): Map<string, GPUBuffer> {
  const { buffers } = program.manifest
  const shared = new Map<string, GPUBuffer>()
  for (const [input, bytes] of inputs) {
    const uses = Object.entries(buffers).flatMap(([name, buffer]) => {
      const from = 'from' in buffer ? buffer.from : isScratch(buffer) ? buffer.init : undefined
      return from === `input:${input}` ? [program.uses.get(name)] : []
    })
    if (uses.length === 0) continue
    // Those who write get copies of their own.
    const usage = uses.reduce((flags, use) => flags | (use ? bufferUsageOf(use) : 0), GPUBufferUsage.COPY_SRC)
    const buffer = device.createBuffer({
      label: `input ${input}`,
      size: wholeWords(bytes.length),
      usage: usage | GPUBufferUsage.COPY_DST,
    })
    device.queue.writeBuffer(buffer, 0, padded(bytes))
    shared.set(input, buffer)
  }
  return shared
}

function shareTextures(
  device: GPUDevice,
  program: JobProgram,
  plan: UnitPlan,
  inputs: ReadonlyMap<string, Bytes>,
) {
  const shared = new Map<string, { texture: GPUTexture; shape: TextureShape }>()
  for (const [name, shape] of plan.textures) {
    const from = program.manifest.textures[name]?.from
    const bytes = from === undefined ? undefined : inputs.get(inputOf(from))
    const use = program.uses.get(name)
    if (bytes === undefined || !use) continue
    requireTexels(name, shape, bytes)
    const usage = textureUsageOf(use) | GPUTextureUsage.COPY_SRC
    const texture = createTexture(device, name, shape, usage)
    uploadTexture(device, texture, shape, bytes)
    shared.set(name, { texture, shape })
  }
  return shared
}

/** @throws {Refusal} `manifestInvalid` where an input is too short for the texture that is made from it. */
function requireTexels(name: string, shape: TextureShape, bytes: Bytes): void {
  if (bytes.length >= shape.bytes) return
  throw new Refusal(
    'manifestInvalid',
    `The texture "${name}" takes ${shape.bytes} bytes; its input has ${bytes.length}.`,
    {
      where: `textures.${name}`,
      next: 'Correct the size, the format or the file.',
    },
  )
}

function samplersOf(device: GPUDevice, { manifest }: JobProgram): Map<string, GPUSampler> {
  const samplers = new Map<string, GPUSampler>()
  for (const [name, { filter, address, compare }] of Object.entries(manifest.samplers)) {
    const modes = typeof address === 'string' ? [address, address, address] : address
    const [addressModeU = 'clamp-to-edge', addressModeV = addressModeU, addressModeW = addressModeV] = modes
    const modesByAxis = { addressModeU, addressModeV, addressModeW }
    const filters = { magFilter: filter, minFilter: filter }
    samplers.set(
      name,
      device.createSampler({ label: name, ...filters, ...modesByAxis, ...(compare && { compare }) }),
    )
  }
  return samplers
}

function poisonBuffer(device: GPUDevice): GPUBuffer {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const buffer = device.createBuffer({ label: 'poison', size: poisonBytes, usage })
  device.queue.writeBuffer(buffer, 0, new Uint32Array(poisonBytes / 4).fill(poisonWord))
  return buffer
}

/** WebGPU copies whole words. */
export function padded(bytes: Bytes): Bytes {
  if (bytes.length % 4 === 0 && bytes.length > 0) return bytes
  const whole = new Uint8Array(wholeWords(bytes.length))
  whole.set(bytes)
  return whole
}
