/**
 * The child's side of null-compiler.ts: Dawn without a GPU, which validates shaders and pipelines in full.
 * A process of its own, because some kernels crash a compiler.
 */
import { create, globals } from 'webgpu'
import type { PipelineTrial } from './null-compiler.ts'

Object.assign(globalThis, globals)

const wanted = ['shader-f16', 'subgroups', 'float32-filterable', 'texture-formats-tier1'] as const
const gpu = create(['backend=null'])
// A collected instance takes its devices with it.
Object.assign(globalThis, { gpu })
const adapter = await gpu.requestAdapter()
if (!adapter) throw new Error('Dawn has no null adapter')
const device = await adapter.requestDevice({
  requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
})

process.on('message', ({ id, trials }: { id: number; trials: readonly PipelineTrial[] }) => {
  Promise.all(trials.map(attempt)).then(
    (faults) => process.send?.({ id, faults }),
    (error: unknown) => {
      throw error
    },
  )
})
process.send?.({ id: 0, faults: [] })

/** What Dawn has against a module and a pipeline of it: empty where nothing. Scopes are pushed and popped in one turn. */
async function attempt({ source, entry, layout, constants }: PipelineTrial): Promise<string> {
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label: 'trial', code: source })
  const moduleFault = device.popErrorScope()
  if (entry === undefined) return (await moduleFault)?.message ?? ''
  device.pushErrorScope('validation')
  const bindGroupLayouts = layout.map((entries) =>
    device.createBindGroupLayout({
      label: 'trial',
      entries: entries.map((slot) => ({ ...slot, visibility: GPUShaderStage.COMPUTE })),
    }),
  )
  device.createComputePipeline({
    label: 'trial',
    layout: device.createPipelineLayout({ label: 'trial', bindGroupLayouts }),
    compute: { module, entryPoint: entry, ...(constants && { constants }) },
  })
  const pipelineFault = device.popErrorScope()
  return (await moduleFault)?.message ?? (await pipelineFault)?.message ?? ''
}
