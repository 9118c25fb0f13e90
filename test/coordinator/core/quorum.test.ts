import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import type { Comparator } from '#protocol/manifest.ts'
import { agrees } from '#coordinator/core/comparators.ts'
import { decide, type Vote } from '#coordinator/core/quorum.ts'
import { resultOf } from './a-world.ts'

const partsOf = (comparator: Comparator) => [{ name: 'out', bytes: 4, comparator }]
const within = partsOf({ compare: 'tolerance', atol: 1, rtol: 0, outliers: 0 })
const exact = partsOf({ compare: 'exact' })
const aVote = (value: number, commitment: number): Vote => ({
  commitment: toHex(new Uint8Array(32).fill(commitment)),
  result: resultOf(value),
})
const values = (votes: readonly Vote[]) =>
  votes.map(({ result }) => new Float32Array(result.slice().buffer)[0])
const votesOf = fc
  .uniqueArray(fc.tuple(fc.nat(5), fc.nat(255)), {
    selector: ([, commitment]) => commitment,
    minLength: 0,
    maxLength: 8,
  })
  .map((pairs) => pairs.map(([value, commitment]) => aVote(value, commitment)))

describe('the decision about a unit', () => {
  test('[Q5] the canonical vote has most agreement, of those the lowest commitment, and exactly a quorum is accepted', () => {
    fc.assert(
      fc.property(
        votesOf,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(within, exact),
        (votes, quorum, parts) => {
          const sizeOf = (vote: Vote) =>
            votes.filter(({ result }) => agrees(result, vote.result, parts)).length
          const largest = Math.max(0, ...votes.map(sizeOf))
          const decision = decide(votes, parts, quorum)
          if (largest < quorum) {
            expect(decision).toEqual({
              kind: 'undecided',
              missing: quorum - largest,
              disputed: votes.length > largest,
            })
            return
          }
          if (decision.kind !== 'agreed') throw new Error('a quorum agrees and nothing was decided')
          const { canonical, agreeing, spare, disagreeing } = decision
          const medoids = votes.filter((vote) => sizeOf(vote) === largest)
          expect(canonical.commitment).toBe(medoids.map(({ commitment }) => commitment).sort()[0])
          expect(agreeing).toHaveLength(quorum)
          expect(agreeing[0]).toBe(canonical)
          expect(new Set([...agreeing, ...spare, ...disagreeing]).size).toBe(votes.length)
          for (const vote of [...agreeing, ...spare])
            expect(agrees(vote.result, canonical.result, parts)).toBe(true)
          for (const vote of disagreeing) expect(agrees(vote.result, canonical.result, parts)).toBe(false)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('[Q5] the order in which votes came does not choose the canonical one', () => {
    fc.assert(
      fc.property(votesOf, fc.integer({ min: 1, max: 4 }), (votes, quorum) => {
        const [one, other] = [decide(votes, within, quorum), decide(votes.toReversed(), within, quorum)]
        expect(other.kind).toBe(one.kind)
        if (one.kind === 'agreed' && other.kind === 'agreed') expect(other.canonical).toBe(one.canonical)
      }),
    )
  })

  test('[Q5] of those that agree the first to reveal are accepted, the rest is spare', () => {
    const decision = decide([aVote(0, 9), aVote(2, 8), aVote(1, 7), aVote(9, 6)], within, 2)
    if (decision.kind !== 'agreed') throw new Error('undecided')
    expect(values(decision.agreeing)).toEqual([1, 0])
    expect(values(decision.spare)).toEqual([2])
    expect(values(decision.disagreeing)).toEqual([9])
  })

  test('[Q5] a tie goes to the lowest commitment, not to the first', () => {
    const decision = decide([aVote(1, 9), aVote(1, 3), aVote(1, 5)], exact, 2)
    expect(decision.kind === 'agreed' && decision.canonical.commitment).toBe(
      toHex(new Uint8Array(32).fill(3)),
    )
  })
})
