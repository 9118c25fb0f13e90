import type { Hex } from '#protocol/bytes.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import { probeInputs, probeKernel, probeOutputBytes, probeWorkgroups } from './numeric-probe-kernel.ts'
import { ownPipeline } from './own-pipeline.ts'
import type { PacedQueue } from './paced-queue.ts'

/** The name of a way to round: devices whose probe gave the same bytes share it. */
export function numericClassOf(probeOutput: Uint8Array): Hex {
  return resultDigestOf(probeOutput)
}

/**
 * Runs the probe kernel and returns its output: 4,096 results of operations that implementations may round as they
 * like, and 64 sums of them.
 *
 * @throws {RunnerError} `deviceLost`; `invalidJob` or `tooLargeForDevice` where the device refuses it.
 */
export async function runNumericProbe(queue: PacedQueue): Promise<Uint8Array<ArrayBuffer>> {
  const { jobDevice } = queue
  const { device } = jobDevice
  const label = 'numeric probe'
  const pipeline = await ownPipeline(jobDevice, label, probeKernel)
  const { group, output, readBack } = await jobDevice.checked(label, () => {
    const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage
    const inputs = probeInputs()
    const input = device.createBuffer({ label, size: inputs.byteLength, usage: STORAGE | COPY_DST })
    device.queue.writeBuffer(input, 0, inputs)
    const output = device.createBuffer({ label, size: probeOutputBytes, usage: STORAGE | COPY_SRC })
    const entries = [input, output].map((buffer, binding) => ({ binding, resource: { buffer } }))
    const group = device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries })
    const readBack = device.createBuffer({ label, size: probeOutputBytes, usage: COPY_DST | MAP_READ })
    return { group, output, readBack }
  })
  await queue.submit(label, (encoder) => {
    const pass = encoder.beginComputePass({ label })
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(probeWorkgroups)
    pass.end()
    encoder.copyBufferToBuffer(output, 0, readBack, 0, probeOutputBytes)
  })
  await jobDevice.checked(label, () => readBack.mapAsync(GPUMapMode.READ))
  return new Uint8Array(readBack.getMappedRange().slice(0))
}
