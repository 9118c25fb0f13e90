/** A point of the unit square. */
export type Pair = readonly [number, number]

/** What a path's choices depend on: the pixel, the number of the sample and the job's seed; nothing else. */
export function sampleIndex(x: number, y: number, sample: number, samples: number): number {
  return (Math.imul((spreadBits(x) | (spreadBits(y) << 1)) >>> 0, samples) + sample) >>> 0
}

/**
 * Two numbers in [0, 1) for one decision of one path: the point `index` of the two-dimensional Sobol sequence, shuffled
 * and scrambled with keys of the decision. The same 24 bits as on the GPU.
 * Method: Burley, "Practical hash-based Owen scrambling" (2020).
 */
export function samplePair(index: number, decision: number, seed: number): Pair {
  const key = pcg(seed + pcg(decision))
  const shuffled = reverseBits(scramble(reverseBits(index), key))
  const first = reverseBits(scramble(shuffled, pcg(key + 1)))
  const second = reverseBits(scramble(reverseBits(sobolSecond(shuffled)), pcg(key + 2)))
  return [(first >>> 8) / 2 ** 24, (second >>> 8) / 2 ** 24]
}

/** The unit square onto the unit disc, areas kept (Shirley & Chiu 1997). */
export function discPoint([u, v]: Pair): Pair {
  const [x, y] = [2 * u - 1, 2 * v - 1]
  if (x === 0 && y === 0) return [0, 0]
  if (Math.abs(y) > Math.abs(x)) {
    const angle = ((Math.PI / 4) * x) / y
    return [y * Math.sin(angle), y * Math.cos(angle)]
  }
  const angle = ((Math.PI / 4) * y) / x
  return [x * Math.cos(angle), x * Math.sin(angle)]
}

/** The unit square onto the unit sphere, areas kept (Lambert's azimuthal projection). */
export function spherePoint(choice: Pair): readonly [number, number, number] {
  const [x, y] = discPoint(choice)
  const square = Math.min(1, x * x + y * y)
  const width = 2 * Math.sqrt(1 - square)
  return [x * width, y * width, 1 - 2 * square]
}

/** The second Sobol dimension, digit by digit: row n of Pascal's triangle modulo 2 for every bit n of the index. */
function sobolSecond(index: number): number {
  let result = 0
  for (let bit = 0, row = 0x80000000; bit < 32; bit++, row = (row ^ (row >>> 1)) >>> 0) {
    if ((index >>> bit) & 1) result ^= row
  }
  return result >>> 0
}

/** Changes each bit by a hash of the bits below it (Laine & Karras 2011, constants by Vegdahl). */
function scramble(value: number, key: number): number {
  let bits = value
  bits ^= Math.imul(bits, 0x3d20adea)
  bits += key
  bits = Math.imul(bits, (key >>> 16) | 1)
  bits ^= Math.imul(bits, 0x05526c56)
  bits ^= Math.imul(bits, 0x53a22864)
  return bits >>> 0
}

/** PCG-RXS-M-XS, one step from a given state (O'Neill 2014). */
function pcg(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0
  return ((word >>> 22) ^ word) >>> 0
}

function reverseBits(value: number): number {
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((value >>> bit) & 1)
  return reversed >>> 0
}

/** The low 16 bits, a zero before each: bit n moves to bit 2n. */
function spreadBits(value: number): number {
  let spread = 0
  for (let bit = 0; bit < 16; bit++) spread |= ((value >>> bit) & 1) << (2 * bit)
  return spread >>> 0
}
