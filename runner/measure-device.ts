import type { Offer } from '#protocol/offer.ts'
import type { AdapterPolicy } from './adapter.ts'
import { measureSpeed } from './benchmark.ts'
import { JobDevice } from './job-device.ts'
import { numericClassOf, runNumericProbe } from './numeric-probe.ts'
import { PacedQueue } from './paced-queue.ts'
import type { Pacer } from './pacer.ts'
import type { SubmitGate } from './submit-gate.ts'

/** What of an offer is measured, never declared. */
export type Measurement = Pick<Offer, 'speed' | 'numericClass'>

/**
 * Measures a GPU on a device of its own, through the gate that jobs go through, and at their pace.
 *
 * @throws {RunnerError} those of `chooseAdapter`; `deviceLost`; `invalidJob` or `tooLargeForDevice` where the device
 * refuses a kernel or a buffer.
 */
export async function measureDevice(
  gpu: GPU,
  policy: AdapterPolicy,
  way: { readonly gate: SubmitGate; readonly pacer: Pacer },
): Promise<Measurement> {
  const nothing = { features: [], featuresWished: [], limits: {} }
  const jobDevice = await JobDevice.open(gpu, policy, nothing, 'measurement')
  try {
    const queue = new PacedQueue(jobDevice, way.gate, way.pacer)
    const numericClass = numericClassOf(await runNumericProbe(queue))
    return { speed: await measureSpeed(queue), numericClass }
  } finally {
    jobDevice.destroy()
  }
}
