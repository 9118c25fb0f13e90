import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPartsOf, corrupt, isGood } from '#protocol/check-task.ts'
import { completeRoots } from './a-checked-job.ts'
import { refusalOf } from './refusal-of.ts'

const someWords = fc
  .uint8Array({ minLength: 4, maxLength: 4_000 })
  .map((bytes) => bytes.slice(0, bytes.length - (bytes.length % 4)))

describe('the parts of a result to be checked', () => {
  test('are its bytes by name; the last unit is shorter', () => {
    const result = Uint8Array.from({ length: 120 }, (_, index) => index)
    expect(checkPartsOf(completeRoots(), 0, result)).toEqual(new Map([['roots', result]]))
    expect(checkPartsOf(completeRoots(), 3, result.slice(0, 40)).get('roots')).toHaveLength(40)
  })

  test.each([0, 116, 124])('%i bytes are no result of unit 0', (length) => {
    expect(refusalOf(() => checkPartsOf(completeRoots(), 0, new Uint8Array(length))).reason).toBe(
      'resultSizeWrong',
    )
  })

  test('a verdict is good only where it is zero throughout', () => {
    expect([new Uint8Array(8), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1)].map(isGood)).toEqual([true, false])
  })
})

describe('a corrupted result', () => {
  test('follows from the seed, leaves the original alone, and differs in a word throughout', () => {
    fc.assert(
      fc.property(someWords, fc.uint8Array({ maxLength: 32 }), (result, seed) => {
        const before = result.slice()
        const wrong = corrupt(result, seed)
        expect(result).toEqual(before)
        expect(wrong).toHaveLength(result.length)
        expect(corrupt(result, seed)).toEqual(wrong)
        const words = Array.from({ length: result.length / 4 }, (_, word) => 4 * word)
        const differs = (begin: number) =>
          [0, 1, 2, 3].every((byte) => wrong[begin + byte] !== result[begin + byte])
        expect(words.some(differs)).toBe(true)
      }),
    )
  })

  test('is wrong in few places, which another seed chooses differently', () => {
    const result = new Uint8Array(Uint32Array.from({ length: 1_600 }, (_, index) => index).buffer)
    const wrongWords = (seed: number) => {
      const words = new Uint32Array(corrupt(result, Uint8Array.of(seed)).buffer)
      return [...words.entries()].flatMap(([index, word]) => (word === index ? [] : [index]))
    }
    const [first, second] = [wrongWords(1), wrongWords(2)]
    for (const wrong of [first, second]) {
      expect(wrong.length).toBeGreaterThan(50)
      expect(wrong.length).toBeLessThan(103)
    }
    expect(first).not.toEqual(second)
  })

  test('a float is wrong by much', () => {
    const wrong = corrupt(new Uint8Array(Float32Array.of(1).buffer), Uint8Array.of(7))
    const value = new Float32Array(wrong.buffer)[0] ?? 1
    expect(Math.abs(value) > 1e9 || Math.abs(value) < 1e-9 || Number.isNaN(value)).toBe(true)
  })
})
