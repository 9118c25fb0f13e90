import type { JobDevice } from './job-device.ts'
import type { Pacer } from './pacer.ts'
import { RunnerError } from './runner-error.ts'
import type { SubmitGate } from './submit-gate.ts'

/** Our own kernels end in milliseconds, on a busy processor in seconds. */
const answerMsMax = 20_000

/** The queue of a device that computes for nobody's job: the same gate, pace and watchdog as for jobs. */
export class PacedQueue {
  readonly jobDevice: JobDevice
  readonly #gate: SubmitGate
  readonly #pacer: Pacer

  constructor(jobDevice: JobDevice, gate: SubmitGate, pacer: Pacer) {
    this.jobDevice = jobDevice
    this.#gate = gate
    this.#pacer = pacer
  }

  /** What a submit should take. */
  get submitMs(): number {
    return this.#pacer.submitMs
  }

  /**
   * Submits what `encode` writes, and returns the GPU's time for it in ms.
   *
   * @throws {RunnerError} `deviceLost`; `invalidJob` or `tooLargeForDevice` where the device refuses it.
   */
  async submit(label: string, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
    const { jobDevice } = this
    const { ended } = this.#gate.enter({
      wanted: () => jobDevice.failure === undefined,
      submit: () => this.#submit(label, encode),
      limitMs: answerMsMax,
      late: () => {
        jobDevice.fail(new RunnerError('deviceLost', 'The GPU does not end what measures it.'))
      },
    })
    return await jobDevice.whileAlive(ended)
  }

  async #submit(label: string, encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
    const { jobDevice } = this
    const { device } = jobDevice
    const checked = jobDevice.checked(label, () => {
      const encoder = device.createCommandEncoder({ label })
      encode(encoder)
      device.queue.submit([encoder.finish()])
    })
    const done = jobDevice.whileAlive(device.queue.onSubmittedWorkDone())
    done.catch(() => undefined)
    await checked
    await done
  }
}
