import { CLASSES, type Digit } from '#shaders/knn-mnist/digits.ts'

/** What the kernel says about one test digit, in the order of its columns. Distances in squared grey levels. */
export interface Row {
  readonly digit: number
  readonly predicted: number
  readonly label: number
  readonly correct: 0 | 1
  /** To the nearest training digit of the predicted class. */
  readonly nearest: number
  /** To the nearest training digit of any other class. */
  readonly rival: number
}

/** Stands for the distance to a class that the training set has nothing of. */
const NOTHING = 0xffff_ffff

/**
 * Classifies a digit by the `neighbours` nearest training digits: the class that most of them have, of equally many
 * the one with the nearest. Of equally near digits those count that come first in the training set.
 * Method: Cover & Hart, "Nearest neighbor pattern classification" (1967).
 */
export function classify(test: Digit, digit: number, training: readonly Digit[], neighbours: number): Row {
  const measured = training.map(({ label, pixels }) => ({
    label,
    distance: squaredDistance(pixels, test.pixels),
  }))
  // A stable sort: equally near digits keep their order.
  const sorted = measured.toSorted((a, b) => a.distance - b.distance)
  const voters = sorted.slice(0, neighbours)
  const votes = (label: number) => voters.filter((voter) => voter.label === label).length
  const rank = (label: number) => voters.findIndex((voter) => voter.label === label)
  const classes = Array.from({ length: CLASSES }, (_, label) => label).filter((label) => votes(label) > 0)
  const [predicted = 0] = classes.toSorted((a, b) => votes(b) - votes(a) || rank(a) - rank(b))
  return {
    digit,
    predicted,
    label: test.label,
    correct: predicted === test.label ? 1 : 0,
    nearest: sorted.find(({ label }) => label === predicted)?.distance ?? NOTHING,
    rival: sorted.find(({ label }) => label !== predicted)?.distance ?? NOTHING,
  }
}

/** Rows as the kernel leaves them: six little-endian words each. */
export function rowBytes(rows: readonly Row[]): Uint8Array {
  const words = rows.flatMap((row) => [
    row.digit,
    row.predicted,
    row.label,
    row.correct,
    row.nearest,
    row.rival,
  ])
  return new Uint8Array(Uint32Array.from(words).buffer)
}

function squaredDistance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let pixel = 0; pixel < a.length; pixel++) sum += ((a[pixel] ?? 0) - (b[pixel] ?? 0)) ** 2
  return sum
}
