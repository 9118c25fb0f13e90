import type { Digit } from '#shaders/knn-mnist/digits.ts'
import { digitFile, sweepDigits } from '#shaders/mnist-sweep/digit-file.ts'
import { rowBytes, trainNetwork, type Settings } from '#shaders/mnist-sweep/reference.ts'
import type { KernelCase } from '#shaders/kernel-case.ts'

/** A row of the sweep. */
type Row = Pick<Settings, 'rate' | 'hidden' | 'batch' | 'decay' | 'seed'>

interface Problem {
  readonly row: Row
  readonly epochs: number
  /** Steps in one dispatch. */
  readonly stride: number
  /** How many digits to learn from, and to be tested with after them. */
  readonly training: number
  readonly test: number
  readonly digits: (training: number, test: number) => readonly Digit[]
}

const PIXELS = 14 * 14
const FRICTION_BITS = 3

/** Row 9 of sweep.csv, counted from 0. */
const shortened: Problem = {
  row: { rate: 0.0625, hidden: 32, batch: 32, decay: 0, seed: 2 },
  epochs: 2,
  stride: 8,
  training: 2048,
  test: 512,
  digits: sweepDigits,
}

export const cases: readonly KernelCase[] = [
  aCase('empty: blank images, from which only biases can learn', {
    row: { rate: 0.25, hidden: 8, batch: 16, decay: 0, seed: 5 },
    epochs: 3,
    stride: 2,
    training: 32,
    test: 10,
    digits: blank,
  }),
  aCase('one step of the smallest network, tested with one digit', {
    row: { rate: 1, hidden: 4, batch: 4, decay: 0, seed: 1 },
    epochs: 1,
    stride: 1,
    training: 4,
    test: 1,
    digits: sweepDigits,
  }),
  aCase('odd: digits do not fill batches, steps not dispatches, tests not groups of four', {
    row: { rate: 0.0625, hidden: 20, batch: 16, decay: 0.01, seed: 9 },
    epochs: 4,
    stride: 3,
    training: 123,
    test: 37,
    digits: sweepDigits,
  }),
  aCase('extreme: black images and the greatest rate drive everything to its limits', {
    row: { rate: 1, hidden: 64, batch: 64, decay: 0, seed: 3 },
    epochs: 3,
    stride: 1,
    training: 192,
    test: 10,
    digits: black,
  }),
  aCase("largest: most hidden units and the largest batch, on all of the job's digits", {
    row: { rate: 0.25, hidden: 64, batch: 64, decay: 0.001, seed: 4 },
    epochs: 1,
    stride: 8,
    training: 2048,
    test: 512,
    digits: sweepDigits,
  }),
  aCase('control: at rate zero a network stays as it is', {
    row: { rate: 0, hidden: 16, batch: 32, decay: 0.001, seed: 2 },
    epochs: 3,
    stride: 4,
    training: 256,
    test: 64,
    digits: sweepDigits,
  }),
  {
    title: 'a network of the job, shortened to two epochs',
    changes: { parameters: parameters(shortened) },
    unit: 9,
    expected: () => expected(shortened),
  },
]

function aCase(title: string, problem: Problem): KernelCase {
  const { row, training, test, digits } = problem
  return {
    title,
    changes: { parameters: parameters(problem), units: { list: 'case.csv' } },
    files: () =>
      new Map([
        ['digits.bin', digitFile(digits(training, test))],
        ['case.csv', new TextEncoder().encode(`${Object.keys(row).join()}\n${Object.values(row).join()}\n`)],
      ]),
    unit: 0,
    expected: () => expected(problem),
  }
}

function parameters({ training, test, epochs, stride }: Problem) {
  return { training, test, epochs, stride, friction_bits: FRICTION_BITS }
}

function expected({ row, epochs, training, test, digits }: Problem): Uint8Array {
  const all = digits(training, test)
  const settings = { ...row, epochs, frictionBits: FRICTION_BITS }
  return rowBytes(trainNetwork(all.slice(0, training), all.slice(training), settings))
}

function blank(training: number, test: number): Digit[] {
  return plain(training + test, 0)
}

function black(training: number, test: number): Digit[] {
  return plain(training + test, 255)
}

/** Images of one grey level, of every class in turn. */
function plain(count: number, level: number): Digit[] {
  return Array.from({ length: count }, (_, place) => ({
    label: place % 10,
    pixels: new Uint8Array(PIXELS).fill(level),
  }))
}
