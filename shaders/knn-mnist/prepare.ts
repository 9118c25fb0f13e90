import { digitColumns, digitRows } from '#shaders/knn-mnist/digit-file.ts'
import { firstDigits, lastDigits } from '#shaders/knn-mnist/digits.ts'
import job from '#shaders/knn-mnist/job.json' with { type: 'json' }

/**
 * The job's data files by name: as many training and test digits as job.json says, equally many of each class.
 * Throws where the package has too few.
 */
export function prepare(): Promise<Map<string, Uint8Array>> {
  const [, testCount = 0] = job.units.range
  const training = firstDigits(job.parameters.training)
  const test = lastDigits(testCount)
  return Promise.resolve(
    new Map([
      ['training.bin', digitColumns(training)],
      ['test.bin', digitRows(test)],
    ]),
  )
}
