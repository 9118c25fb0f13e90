import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Hex } from '#protocol/bytes.ts'
import type { Beacon } from '#coordinator/edge/beacon/beacon.ts'

export interface BeaconUnderTest {
  /** A fresh beacon over the same source, as after a restart. */
  open(): Beacon
  /** The newest round that has begun. */
  readonly newest: number
  /** Lets the source go on to this round, and the beacon hear of it. */
  reach(round: number): Promise<void>
  dispose(): Promise<void>
}

/** The duties of every beacon, as `coordinator/edge/beacon/beacon.ts` numbers them. */
export function describeBeacon(name: string, begin: () => Promise<BeaconUnderTest>): void {
  describe(`a beacon: ${name}`, () => {
    let source: BeaconUnderTest
    const opened: Beacon[] = []
    beforeEach(async () => {
      source = await begin()
    })
    afterEach(async () => {
      for (const beacon of opened.splice(0)) await beacon.close()
      await source.dispose()
    })

    /** Starts a beacon and keeps what it says, in the order in which it says it. */
    const started = async (named: readonly number[] = []) => {
      const beacon = source.open()
      opened.push(beacon)
      const said: { round: number; value: Hex }[] = []
      await beacon.start(named, (round, value) => said.push({ round, value }))
      return { beacon, said, rounds: () => said.map(({ round }) => round) }
    }

    test('the newest round comes at the start, and then each in its order, without a gap', async () => {
      const { newest } = source
      const { beacon, said, rounds } = await started()
      expect(rounds()).toEqual([newest])
      await source.reach(newest + 1)
      await source.reach(newest + 4)
      expect(rounds()).toEqual([0, 1, 2, 3, 4].map((later) => newest + later))
      expect(beacon.latest()).toBe(newest + 4)
      for (const { value } of said) expect(value).toMatch(/^0x[0-9a-f]{64}$/)
    })

    test('late is late: while the source stands still, nothing comes', async () => {
      const { rounds } = await started([source.newest + 2])
      await source.reach(source.newest)
      expect(rounds()).toEqual([source.newest])
    })

    test('[D2] a round that was named before a restart comes after it, however old, with its own value', async () => {
      const first = source.newest
      const before = await started()
      await source.reach(first + 2)
      await source.reach(first + 3)
      await before.beacon.close()
      await source.reach(first + 7)
      const after = await started([first + 3, first + 1, 0])
      expect(after.rounds()).toEqual([first + 1, first + 3, first + 7])
      for (const { round, value } of after.said.slice(0, 2))
        expect(value).toBe(before.said.find((other) => other.round === round)?.value)
      await source.reach(first + 9)
      expect(after.rounds().slice(3)).toEqual([first + 8, first + 9])
    })

    test('all who listen hear the same, and rounds apart are not alike', async () => {
      const [one, other] = [await started(), await started()]
      const { newest } = source
      for (const later of [1, 3, 6]) await source.reach(newest + later)
      expect(one.said).toEqual(other.said)
      const apart = [newest, newest + 1, newest + 3, newest + 6]
      const values = one.said.filter(({ round }) => apart.includes(round)).map(({ value }) => value)
      expect(new Set(values).size).toBe(apart.length)
    })

    test('a round may be asked for more than once and is told once', async () => {
      const { beacon, rounds } = await started()
      const wanted = source.newest + 1
      beacon.want(wanted)
      beacon.want(wanted)
      await source.reach(wanted)
      beacon.want(wanted)
      await source.reach(wanted + 1)
      expect(rounds()).toEqual([wanted - 1, wanted, wanted + 1])
    })

    test('a closed beacon says nothing more', async () => {
      const { beacon, said } = await started()
      await beacon.close()
      await source.reach(source.newest + 3)
      expect(said).toHaveLength(1)
    })
  })
}
