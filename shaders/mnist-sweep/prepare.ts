import { digitFile, sweepDigits } from '#shaders/mnist-sweep/digit-file.ts'
import job from '#shaders/mnist-sweep/job.json' with { type: 'json' }

/** The job's data file: as many digits to learn from and to be tested with as job.json says. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  const { training, test } = job.parameters
  return Promise.resolve(new Map([['digits.bin', digitFile(sweepDigits(training, test))]]))
}
