/** A unit's answer is cut into so many parts of equal size; a spot is one of them. */
export const partsOfUnit = 64

/**
 * A unit's answer, as far as the laboratory cares: which of its parts are wrong (bit i of `low`, or bit i − 32 of
 * `high`), and in which way. Two wrong answers agree when they are wrong in the same parts in the same way.
 */
export interface Answer {
  readonly low: number
  readonly high: number
  /** 0 in a right answer. Liars who have agreed on their lies share one. */
  readonly flavour: number
}

export const right: Answer = { low: 0, high: 0, flavour: 0 }

/** Ways of being wrong that are shared; whoever errs alone errs in a way of its own. */
export const sharedFlavours = { lazy: 1, cartel: 2 } as const

/** The flavour of what identity number `id` does wrong by itself. */
export function ownFlavour(id: number): number {
  return 16 + id
}

/** An answer that is wrong throughout. */
export function allWrong(flavour: number): Answer {
  return { low: 0xffffffff, high: 0xffffffff, flavour }
}

/** An answer in which one part is wrong. */
export function oneWrong(part: number, flavour: number): Answer {
  return part < 32
    ? { low: (1 << part) >>> 0, high: 0, flavour }
    : { low: 0, high: (1 << (part - 32)) >>> 0, flavour }
}

/** An answer whose last parts are missing: so large a share of them, and at least one. */
export function lastWrong(share: number, flavour: number): Answer {
  const first = partsOfUnit - Math.max(1, Math.round(share * partsOfUnit))
  return first >= 32
    ? { low: 0, high: (-1 << (first - 32)) >>> 0, flavour }
    : { low: (-1 << first) >>> 0, high: 0xffffffff, flavour }
}

export function isRight(answer: Answer): boolean {
  return (answer.low | answer.high) === 0
}

/** How a part of the answer is wrong; 0: it is right. */
export function partOf(answer: Answer, part: number): number {
  const word = part < 32 ? answer.low : answer.high
  return ((word >>> (part & 31)) & 1) === 1 ? answer.flavour : 0
}

export function agree(left: Answer, right: Answer): boolean {
  return (
    left.low === right.low && left.high === right.high && (isRight(left) || left.flavour === right.flavour)
  )
}

export function wrongParts(answer: Answer): number {
  return bits(answer.low) + bits(answer.high)
}

/** The number of ones (Warren, Hacker's Delight, figure 5-2). */
function bits(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
