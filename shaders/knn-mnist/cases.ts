import { digitColumns, digitRows } from '#shaders/knn-mnist/digit-file.ts'
import { firstDigits, lastDigits, SIDE, type Digit } from '#shaders/knn-mnist/digits.ts'
import { classify, rowBytes } from '#shaders/knn-mnist/reference.ts'
import type { KernelCase } from '#shaders/kernel-case.ts'

interface Problem {
  readonly training: readonly Digit[]
  readonly test: readonly Digit[]
  readonly neighbours: number
  /** Test digits in a unit. */
  readonly granule: number
}

/** What job.json asks for: 750 training digits and 100 test digits of each class. */
const job = (): Problem => ({
  training: firstDigits(7500),
  test: lastDigits(1000),
  neighbours: 3,
  granule: 40,
})

/** An image of one grey level. */
const plain = (level: number, label: number): Digit => ({
  label,
  pixels: new Uint8Array(SIDE * SIDE).fill(level),
})

export const cases: readonly KernelCase[] = [
  aCase('empty: blank images are equally near, so those at the front vote, and the nearest of them decides', {
    training: [7, 2, 2, 7, 9, 9, 9, 9].map((label) => plain(0, label)),
    test: [plain(0, 2)],
    neighbours: 4,
    granule: 1,
  }),
  aCase('one training digit, so nothing of any other class; black against white is the largest distance', {
    training: [plain(255, 9)],
    test: [plain(0, 4)],
    neighbours: 1,
    granule: 1,
  }),
  aCase('more votes are asked for than there are training digits', {
    training: firstDigits(10),
    test: lastDigits(10),
    neighbours: 16,
    granule: 10,
  }),
  aCase(
    'odd: the last unit is shorter, and blocks and workgroups are not full',
    { training: firstDigits(130), test: lastDigits(10), neighbours: 5, granule: 7 },
    1,
  ),
  aCase('control: digits that are in the training set are found at distance zero', {
    training: firstDigits(200),
    test: firstDigits(10),
    neighbours: 1,
    granule: 10,
  }),
  {
    title: 'largest: a unit as the job runs it',
    unit: 12,
    expected: () => expected(job(), 12),
  },
]

function aCase(title: string, problem: Problem, unit = 0): KernelCase {
  const { training, test, neighbours, granule } = problem
  return {
    title,
    changes: {
      parameters: { training: training.length, neighbours },
      units: { range: [0, test.length], granule },
    },
    files: () =>
      new Map([
        ['training.bin', digitColumns(training)],
        ['test.bin', digitRows(test)],
      ]),
    unit,
    expected: () => expected(problem, unit),
  }
}

function expected({ training, test, neighbours, granule }: Problem, unit: number): Uint8Array {
  const begin = unit * granule
  const digits = test.slice(begin, begin + granule)
  return rowBytes(digits.map((digit, place) => classify(digit, begin + place, training, neighbours)))
}
