import { describe, expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import { aJob, chainId, resultOf, World } from './a-world.ts'

describe('commitments and reveals', () => {
  test('[V1] a reveal of other bytes than were committed to is refused, and counted', () => {
    const world = new World({ providers: 'A' })
    world.commit('A', 1)
    world.reveal('A', 2)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'refused', reason: 'commitmentMismatch' })
    expect(world.job.refusedCount).toBe(1)
    expect(world.conditionOf()).toBe('queued')
  })

  test.each([{ nonce: toHex(new Uint8Array(32)) }, { chainId: chainId + 1 }])(
    '[V1] a reveal under %j is refused',
    (change) => {
      const world = new World({ providers: 'A' })
      const [assignment, session] = [world.assignmentOf('A'), world.sessionOf('A')]
      world.commit('A', 1)
      const nonce = toHex(new Uint8Array(32).fill(0x0e))
      const reveal = {
        kind: 'resultRevealed',
        session,
        assignment,
        nonce,
        result: resultOf(1),
        chainId,
      } as const
      world.happens({ ...reveal, ...change })
      expect(world.verdictOf('A')).toMatchObject({ reason: 'commitmentMismatch' })
    },
  )

  test('[V1] [F7] a commitment copied from another provider cannot be revealed', () => {
    const world = new World({ providers: 'AB' })
    const commitment = world.commitmentOf('A', resultOf(1), world.assignmentOf('A'))
    world.commit('A', 1)
    const [session, assignment] = [world.sessionOf('B'), world.assignmentOf('B')]
    world.happens({ kind: 'resultCommitted', session, assignment, commitment })
    world.reveal('B', 1)
    expect(world.verdictOf('B')).toMatchObject({ reason: 'commitmentMismatch' })
  })

  test('[V2] the commitment is persisted before the receipt goes out', () => {
    const world = new World({ providers: 'A' })
    world.commit('A', 1)
    const kinds = world.effects.map((effect) =>
      effect.kind === 'persist'
        ? effect.record.table
        : effect.kind === 'send'
          ? effect.message.type
          : effect.kind,
    )
    expect(kinds.indexOf('receipt')).toBeGreaterThan(kinds.indexOf('assignments'))
    expect(kinds.indexOf('assignments')).toBeGreaterThanOrEqual(0)
  })

  test('[V3] a reveal without a commitment is refused, and the lease stands', () => {
    const world = new World({ providers: 'A' })
    world.reveal('A', 1)
    expect(world.refusal).toBe('wrongState')
    expect(world.conditionOf()).toBe('leased')
    world.deliver('A', 1)
    expect(world.conditionOf()).toBe('committed')
  })

  test('[V3] a second, different commitment is turned away; the first still stands', () => {
    const world = new World({ providers: 'A' })
    world.commit('A', 1)
    world.commit('A', 2)
    expect(world.refusal).toBe('commitmentMismatch')
    world.reveal('A', 1)
    expect(world.state.assignments.get(world.assignmentOf('A'))?.state).toBe('revealed')
  })

  test('[V3] a different commitment is turned away after the first has expired, too', () => {
    const world = new World({ providers: 'A' })
    const first = world.assignmentOf('A')
    world.commit('A', 1)
    world.leave('A')
    world.join('A')
    world.commit('A', 2, first)
    expect(world.refusal).toBe('commitmentMismatch')
  })

  test('[V3] the same commitment again gets the same receipt, before the reveal and after', () => {
    const world = new World({ providers: 'A' })
    world.commit('A', 1)
    world.commit('A', 1)
    world.reveal('A', 1)
    world.commit('A', 1)
    const receipts = world.heard('A', 'receipt')
    expect(receipts).toHaveLength(3)
    expect(new Set(receipts.map(({ commitment }) => commitment)).size).toBe(1)
    expect(world.state.assignments.get(world.assignmentOf('A'))?.state).toBe('revealed')
  })

  test('[Q2] [F8] the same reveal again is no second vote', () => {
    const world = new World({ providers: 'A' })
    world.deliver('A', 1)
    world.reveal('A', 1)
    expect(world.conditionOf()).toBe('committed')
    expect(world.ledger).toEqual([])
  })

  test.each([0, 3, 5, 8])('[V4] a result of %i bytes instead of 4 is refused', (length) => {
    const world = new World({ providers: 'A' })
    world.commitBytes('A', new Uint8Array(length))
    world.revealBytes('A', new Uint8Array(length))
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'refused', reason: 'resultSizeWrong' })
  })

  test.each([NaN, Infinity, -Infinity])('[V4] under tolerance %d is refused', (value) => {
    const terms = aJob({ comparator: { compare: 'tolerance', atol: 1, rtol: 1, outliers: 1 } })
    const world = new World({ terms, providers: 'A' })
    world.deliver('A', value)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'refused', reason: 'resultNotFinite' })
  })

  test('[V4] under exact, NaN is a value like any other', () => {
    const world = new World({ providers: 'AB' })
    for (const name of 'AB') world.deliver(name, NaN)
    expect(world.conditionOf()).toBe('accepted')
  })

  test('[V3] another’s assignment is answered like one that never was', () => {
    const world = new World({ providers: 'AB' })
    world.commit('B', 1, world.assignmentOf('A'))
    const answered = world.heard('B', 'refuse').at(-1)
    world.commit('B', 1, 'ffffffff/0/0')
    const unknown = world.heard('B', 'refuse').at(-1)
    expect(answered).toMatchObject({ reason: 'leaseExpired' })
    expect(unknown?.message).toBe(answered?.message)
  })

  test('[L7] a session that has ended is not listened to', () => {
    const world = new World({ providers: 'A' })
    const assignment = world.assignmentOf('A')
    world.leave('A')
    world.commit('A', 1, assignment)
    expect(world.effects).toEqual([])
  })
})
