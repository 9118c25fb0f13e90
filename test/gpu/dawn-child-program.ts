/**
 * The child's side of dawn-child.ts: one Dawn device, one dispatch a message.
 * Apart from its parent because a bad kernel can crash the compiler or spin for ever, and only a process can be ended.
 */
import { create, globals } from 'webgpu'
import type { KernelRun, DawnReply } from '#test/gpu/dawn-child.ts'

Object.assign(globalThis, globals)

/** Pause between polls of the device. Without it, Dawn's Node binding spins and takes a core from the rasteriser. */
const POLL_PAUSE_MS = 2

const gpu = create([])
const device = await openDevice()
const pipelines = new Map<string, GPUComputePipeline>()

process.on('message', (message: { id: number; run: KernelRun }) => {
  perform(message.run).then(
    ({ bytes, durationMs }) => reply({ id: message.id, bytes, durationMs }),
    (error: unknown) => reply({ id: message.id, refusal: error instanceof Error ? error.message : String(error) }),
  )
})
reply({ id: 0, bytes: new Uint8Array(), durationMs: 0 })

function reply(message: DawnReply) {
  process.send?.(message)
}

async function openDevice(): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter()
  if (!adapter) {
    reply({ id: 0, refusal: `no WebGPU adapter: Vulkan driver list ${process.env.VK_ICD_FILENAMES ?? 'is not set'}` })
    throw new Error('no WebGPU adapter')
  }
  return adapter.requestDevice({ label: 'dawn child' })
}

async function perform(run: KernelRun): Promise<{ bytes: Uint8Array; durationMs: number }> {
  const pipeline = await pipelineOf(run)
  device.pushErrorScope('validation')
  const buffers = run.bindings.map((binding) => {
    const size = Math.max(16, Math.ceil(binding.bytes.byteLength / 4) * 4)
    const kind = binding.kind === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE
    const label = `group ${binding.group} binding ${binding.binding}`
    const usage = kind | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
    const buffer = device.createBuffer({ label, size, usage })
    const padded = new Uint8Array(size)
    padded.set(binding.bytes)
    device.queue.writeBuffer(buffer, 0, padded)
    return { binding, buffer, size }
  })
  const output = buffers.find(
    ({ binding }) => binding.group === run.result.group && binding.binding === run.result.binding,
  )
  if (!output) throw new Error(`no binding ${run.result.group}.${run.result.binding} to read the result from`)
  const readback = device.createBuffer({
    label: 'readback',
    size: output.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  })
  const encoder = device.createCommandEncoder({ label: run.entry })
  const pass = encoder.beginComputePass({ label: run.entry })
  pass.setPipeline(pipeline)
  for (const group of new Set(run.bindings.map((binding) => binding.group))) {
    const entries = buffers
      .filter(({ binding }) => binding.group === group)
      .map(({ binding, buffer }) => ({ binding: binding.binding, resource: { buffer } }))
    const layout = pipeline.getBindGroupLayout(group)
    pass.setBindGroup(group, device.createBindGroup({ label: `group ${group}`, layout, entries }))
  }
  pass.dispatchWorkgroups(...run.workgroups)
  pass.end()
  encoder.copyBufferToBuffer(output.buffer, 0, readback, 0, output.size)
  const begin = performance.now()
  device.queue.submit([encoder.finish()])
  const error = await device.popErrorScope()
  if (error) throw new Error(error.message)
  await pacing(readback.mapAsync(GPUMapMode.READ))
  const durationMs = performance.now() - begin
  const bytes = new Uint8Array(readback.getMappedRange()).slice(0, output.binding.bytes.byteLength)
  for (const { buffer } of buffers) buffer.destroy()
  readback.destroy()
  return { bytes, durationMs }
}

async function pipelineOf(run: KernelRun): Promise<GPUComputePipeline> {
  const key = `${run.entry}\n${run.wgsl}`
  const known = pipelines.get(key)
  if (known) return known
  const module = device.createShaderModule({ label: run.entry, code: run.wgsl })
  const { messages } = await module.getCompilationInfo()
  const errors = messages.filter((message) => message.type === 'error')
  if (errors.length) {
    throw new Error(errors.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('\n'))
  }
  const compute = { module, entryPoint: run.entry }
  const pipeline = await device.createComputePipelineAsync({ label: run.entry, layout: 'auto', compute })
  pipelines.set(key, pipeline)
  return pipeline
}

/** Waits for the device with the thread asleep between polls. */
async function pacing<T>(pending: Promise<T>): Promise<T> {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  let settled = false
  const done = () => { settled = true }
  pending.then(done, done)
  const pause = () => {
    if (settled) return
    Atomics.wait(clock, 0, 0, POLL_PAUSE_MS)
    setImmediate(pause)
  }
  if (process.env.NO_PACE !== '1') pause()
  return pending
}
