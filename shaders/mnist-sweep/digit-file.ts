import { firstDigits, lastDigits, SIDE, type Digit } from '#shaders/knn-mnist/digits.ts'

/** Pixels along a side of the images that the networks see. */
const HALF = SIDE / 2

/** Digits to learn from and, after them, digits to be tested with, at half the resolution. */
export function sweepDigits(training: number, test: number): Digit[] {
  return [...firstDigits(training), ...lastDigits(test)].map(halved)
}

/** As the kernel reads them: 196 bytes of pixels and a word with the class, digit after digit, little-endian. */
export function digitFile(digits: readonly Digit[]): Uint8Array {
  return Uint8Array.from(digits.flatMap(({ pixels, label }) => [...pixels, label, 0, 0, 0]))
}

/** Each pixel the mean of two by two, rounded. */
function halved({ label, pixels }: Digit): Digit {
  const means = Array.from({ length: HALF * HALF }, (_, place) => {
    const corner = 2 * SIDE * Math.floor(place / HALF) + 2 * (place % HALF)
    const four = [corner, corner + 1, corner + SIDE, corner + SIDE + 1]
    return Math.round(four.reduce((sum, pixel) => sum + (pixels[pixel] ?? 0), 0) / 4)
  })
  return { label, pixels: Uint8Array.from(means) }
}
