import type { JobDevice } from './job-device.ts'

/**
 * A pipeline of the kernel `main`, for a kernel of ours.
 *
 * @throws {RunnerError} `invalidJob` where the driver does not take it; `deviceLost`.
 */
export function ownPipeline(jobDevice: JobDevice, label: string, wgsl: string): Promise<GPUComputePipeline> {
  const { device } = jobDevice
  return jobDevice.checked(label, () => {
    const module = device.createShaderModule({ label, code: wgsl })
    return device.createComputePipelineAsync({
      label,
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    })
  })
}
