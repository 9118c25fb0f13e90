import type { Page } from 'playwright'
import { spinKernel, unitBytes, workgroupsPerUnit } from './spin-kernel.ts'

/**
 * Runs the kernel in a tab as fast as it goes: dispatch after dispatch with two in flight, nothing uploaded, nothing
 * read back. What the network is measured against.
 *
 * @returns milliseconds a dispatch
 */
export async function bareMsPerDispatch(page: Page, turns: number, dispatches: number): Promise<number> {
  return page.evaluate(
    async ({ wgsl, turns, dispatches, bytes, workgroups }) => {
      const adapter = await navigator.gpu.requestAdapter()
      if (!adapter) throw new Error('the tab has no adapter')
      const device = await adapter.requestDevice()
      const module = device.createShaderModule({ code: wgsl })
      const pipeline = await device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module, entryPoint: 'main' },
      })
      const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage
      const words = device.createBuffer({ size: bytes, usage: STORAGE | COPY_DST })
      const mixed = device.createBuffer({ size: bytes, usage: STORAGE })
      const params = device.createBuffer({ size: 16, usage: UNIFORM | COPY_DST })
      device.queue.writeBuffer(params, 0, new Uint32Array([turns, 0, 0, 0]))
      const group = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [words, mixed, params].map((buffer, binding) => ({ binding, resource: { buffer } })),
      })
      const submit = () => {
        const encoder = device.createCommandEncoder()
        const pass = encoder.beginComputePass()
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(workgroups)
        pass.end()
        device.queue.submit([encoder.finish()])
        return device.queue.onSubmittedWorkDone()
      }
      await submit()
      await submit()
      const beginMs = performance.now()
      let before = Promise.resolve<undefined>(undefined)
      for (let dispatch = 0; dispatch < dispatches; dispatch += 1) {
        const done = submit()
        await before
        before = done
      }
      await before
      const durationMs = performance.now() - beginMs
      device.destroy()
      return durationMs / dispatches
    },
    { wgsl: spinKernel, turns, dispatches, bytes: unitBytes, workgroups: workgroupsPerUnit },
  )
}

/** How many turns make a dispatch of about `targetMs` in this tab. */
export async function turnsFor(page: Page, targetMs: number): Promise<number> {
  const few = await bareMsPerDispatch(page, 8, 20)
  const many = await bareMsPerDispatch(page, 264, 10)
  const msPerTurn = (many - few) / 256
  return Math.max(1, Math.round(8 + (targetMs - few) / msPerTurn))
}
