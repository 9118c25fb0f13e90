/**
 * The child's side of dawn-child.ts: one Dawn device, one dispatch a message.
 * A process of its own, because some kernels crash a compiler and some never end, and only a process can be ended.
 */
import { create, globals } from 'webgpu'
import type { DawnReply, KernelBinding, KernelRun } from '#test/gpu/dawn-child.ts'

Object.assign(globalThis, globals)

/** Pause between polls of the device. Without it, Dawn's Node binding spins and takes a core from the rasteriser. */
const POLL_PAUSE_MS = 2

const gpu = create([])
const pipelines = new Map<string, GPUComputePipeline>()
const device = await openDevice()

if (device) {
  process.on('message', ({ id, run }: { id: number; run: KernelRun }) => {
    perform(device, run).then(
      (outcome) => {
        reply({ id, ...outcome })
      },
      (error: unknown) => {
        reply({ id, refusal: error instanceof Error ? error.message : String(error) })
      },
    )
  })
  reply({ id: 0, bytes: new Uint8Array(), durationMs: 0 })
}

function reply(message: DawnReply) {
  process.send?.(message)
}

async function openDevice(): Promise<GPUDevice | undefined> {
  const adapter = await gpu.requestAdapter()
  if (adapter) return adapter.requestDevice({ label: 'dawn child' })
  const driver = process.env.VK_ICD_FILENAMES ?? 'not set'
  reply({ id: 0, refusal: `no WebGPU adapter with the Vulkan driver that VK_ICD_FILENAMES names: ${driver}` })
  return undefined
}

/** Compiles, dispatches, reads back. Throws what the compiler or the device has to say. */
async function perform(
  device: GPUDevice,
  run: KernelRun,
): Promise<{ bytes: Uint8Array; durationMs: number }> {
  const pipeline = await pipelineOf(device, run)
  device.pushErrorScope('validation')
  const bound = run.bindings.map((binding) => ({ ...binding, buffer: filledBuffer(device, binding) }))
  const output = bound.find((b) => b.group === run.result.group && b.binding === run.result.binding)
  if (!output) throw new Error(`nothing is bound to ${run.result.group}.${run.result.binding}, the result`)
  const { MAP_READ, COPY_DST } = GPUBufferUsage
  const size = output.buffer.size
  const readback = device.createBuffer({ label: 'readback', size, usage: MAP_READ | COPY_DST })
  const encoder = device.createCommandEncoder({ label: run.entry })
  const pass = encoder.beginComputePass({ label: run.entry })
  pass.setPipeline(pipeline)
  for (const [index, group] of Map.groupBy(bound, (binding) => binding.group)) {
    const entries = group.map(({ binding, buffer }) => ({ binding, resource: { buffer } }))
    const layout = pipeline.getBindGroupLayout(index)
    pass.setBindGroup(index, device.createBindGroup({ label: `group ${index}`, layout, entries }))
  }
  pass.dispatchWorkgroups(...run.workgroups)
  pass.end()
  encoder.copyBufferToBuffer(output.buffer, 0, readback, 0, size)
  const beginMs = performance.now()
  device.queue.submit([encoder.finish()])
  const error = await device.popErrorScope()
  if (error) throw new Error(error.message)
  await paced(readback.mapAsync(GPUMapMode.READ))
  const durationMs = performance.now() - beginMs
  const bytes = new Uint8Array(readback.getMappedRange()).slice(0, output.bytes.byteLength)
  for (const buffer of [readback, ...bound.map((binding) => binding.buffer)]) buffer.destroy()
  return { bytes, durationMs }
}

async function pipelineOf(device: GPUDevice, run: KernelRun): Promise<GPUComputePipeline> {
  const key = `${run.entry}\n${run.wgsl}`
  const known = pipelines.get(key)
  if (known) return known
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label: run.entry, code: run.wgsl })
  const { messages } = await module.getCompilationInfo()
  await device.popErrorScope()
  const faults = messages.filter((message) => message.type === 'error')
  if (faults.length > 0) {
    throw new Error(faults.map((fault) => `${fault.lineNum}:${fault.linePos} ${fault.message}`).join('\n'))
  }
  const compute = { module, entryPoint: run.entry }
  const pipeline = await device.createComputePipelineAsync({ label: run.entry, layout: 'auto', compute })
  pipelines.set(key, pipeline)
  return pipeline
}

function filledBuffer(device: GPUDevice, { group, binding, kind, bytes }: KernelBinding): GPUBuffer {
  const use = kind === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE
  const usage = use | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  // Copies move whole words.
  const padded = new Uint8Array(Math.ceil(bytes.byteLength / 4) * 4)
  padded.set(bytes)
  const buffer = device.createBuffer({ label: `${group}.${binding}`, size: padded.byteLength, usage })
  device.queue.writeBuffer(buffer, 0, padded)
  return buffer
}

/** Waits for the device with the thread asleep between polls. */
async function paced<T>(pending: Promise<T>): Promise<T> {
  const bell = new Int32Array(new SharedArrayBuffer(4))
  let settled = false
  const pause = () => {
    if (settled) return
    Atomics.wait(bell, 0, 0, POLL_PAUSE_MS)
    setImmediate(pause)
  }
  pause()
  try {
    return await pending
  } finally {
    settled = true
  }
}
