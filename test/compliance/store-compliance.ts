import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DurableRecord } from '#coordinator/core/records.ts'
import type { Store } from '#coordinator/edge/store/store.ts'
import {
  aJobRow,
  aLedgerRow,
  anAssignmentRow,
  anEpochRow,
  aProvider,
  aResultRow,
  assignmentId,
  aUnitRow,
  hex32,
  hugeWei,
  someBytes,
} from './some-rows.ts'

/** A fresh store, a way to close it and open it again on what it kept, and one to throw it away. */
export interface StoreUnderTest {
  readonly store: Store
  reopen(): Promise<Store>
  dispose(): Promise<void>
}

/** The duties every store has, as `coordinator/edge/store/store.ts` numbers them. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`a store: ${name}`, () => {
    let kept: StoreUnderTest
    beforeEach(async () => {
      kept = await open()
    })
    afterEach(() => kept.dispose())

    /** Commits in as many batches as given; what a store opened anew then loads. */
    const loadAfter = async (...batches: DurableRecord[][]) => {
      for (const batch of batches) await kept.store.commit(batch)
      return (await kept.reopen()).load()
    }

    test('[D3] a new store is empty', async () => {
      expect(await loadAfter()).toEqual({
        jobs: [],
        units: [],
        openAssignments: [],
        shares: [],
        claims: [],
        postedEpoch: undefined,
        preparedEpoch: undefined,
      })
    })

    test('[D3] an empty batch is kept, too', async () => {
      expect((await loadAfter([], [aJobRow()])).jobs).toHaveLength(1)
    })

    test('[D3] every table comes back as it went in', async () => {
      const rows = await loadAfter([
        aJobRow(1, { fundedWei: hugeWei, startedAtMs: 1.25, finishedAtMs: 2 }),
        anAssignmentRow({ unit: 0 }, { state: 'accepted', commitment: hex32(5), resultDigest: hex32(6) }),
        aUnitRow({ unit: 0 }, { disputed: true }),
        anAssignmentRow({ unit: 1 }, { state: 'committed', commitment: hex32(7) }),
        aLedgerRow(),
        { table: 'claims', row: { provider: aProvider(1), claimedWei: hugeWei, transaction: hex32(8) } },
        { table: 'claims', row: { provider: aProvider(2), claimedWei: 0n, transaction: undefined } },
        anEpochRow(1, 'posted'),
        anEpochRow(2, 'prepared'),
      ])
      expect(rows.jobs).toEqual([
        {
          row: rowOf(aJobRow(1, { fundedWei: hugeWei, startedAtMs: 1.25, finishedAtMs: 2 })),
          assignmentCount: 2,
        },
      ])
      expect(rows.units).toEqual([rowOf(aUnitRow({ unit: 0 }, { disputed: true }))])
      expect(rows.openAssignments).toEqual([
        {
          row: rowOf(anAssignmentRow({ unit: 1 }, { state: 'committed', commitment: hex32(7) })),
          result: undefined,
        },
      ])
      expect(rows.shares).toEqual([
        { job: hex32(1), provider: aProvider(1), accepted: 1, refused: 0, earnedWei: hugeWei },
      ])
      expect(rows.claims).toContainEqual({
        provider: aProvider(1),
        claimedWei: hugeWei,
        transaction: hex32(8),
      })
      expect(rows.claims).toContainEqual({ provider: aProvider(2), claimedWei: 0n, transaction: undefined })
      expect(rows.postedEpoch).toEqual(rowOf(anEpochRow(1, 'posted')))
      expect(rows.preparedEpoch).toEqual(rowOf(anEpochRow(2, 'prepared')))
    })

    test.each([2n ** 63n - 1n, 2n ** 63n, 2n ** 64n + 1n, 2n ** 256n - 1n, 10n ** 77n + 1n])(
      '[M8] %d wei come back exactly',
      async (wei) => {
        const rows = await loadAfter([
          aJobRow(1, { fundedWei: wei, settledChargeWei: wei - 1n, refundedWei: wei - 2n }),
          aLedgerRow({ amountWei: wei }),
          aLedgerRow({ amountWei: wei, unit: 1 }),
          { table: 'claims', row: { provider: aProvider(1), claimedWei: wei, transaction: undefined } },
        ])
        expect(rows.jobs[0]?.row).toMatchObject({
          fundedWei: wei,
          settledChargeWei: wei - 1n,
          refundedWei: wei - 2n,
        })
        expect(rows.shares[0]).toMatchObject({ accepted: 2, earnedWei: 2n * wei })
        expect(rows.claims[0]?.claimedWei).toBe(wei)
      },
    )

    test('[D3] a record replaces the row with its key, in a later batch and in the same', async () => {
      const rows = await loadAfter(
        [aJobRow(1), anAssignmentRow({}), anEpochRow(1, 'prepared')],
        [
          aJobRow(1, { phase: 'finished', fundedWei: 11n }),
          anAssignmentRow({}, { state: 'committed', commitment: hex32(1) }),
          anAssignmentRow({}, { state: 'expired', commitment: hex32(1) }),
          anEpochRow(1, 'posted'),
          { table: 'claims', row: { provider: aProvider(1), claimedWei: 1n, transaction: undefined } },
          { table: 'claims', row: { provider: aProvider(1), claimedWei: 2n, transaction: hex32(2) } },
        ],
      )
      expect(rows.jobs).toMatchObject([{ row: { phase: 'finished', fundedWei: 11n }, assignmentCount: 1 }])
      expect(rows.openAssignments).toMatchObject([{ row: { state: 'expired', commitment: hex32(1) } }])
      expect(rows).toMatchObject({ postedEpoch: { state: 'posted' }, preparedEpoch: undefined })
      expect(rows.claims).toEqual([{ provider: aProvider(1), claimedWei: 2n, transaction: hex32(2) }])
    })

    test('[D2] nobody is paid twice for a unit: the second ledger row changes nothing', async () => {
      const rows = await loadAfter([aJobRow(), aLedgerRow()], [aLedgerRow({ amountWei: 1n }), aLedgerRow()])
      expect(rows.shares).toMatchObject([{ accepted: 1, earnedWei: hugeWei }])
    })

    test('[M3] shares are for each job and provider, refusals counted beside what was earned', async () => {
      const refused = { state: 'refused', reason: 'resultDisagrees' } as const
      const rows = await loadAfter([
        aJobRow(1),
        aJobRow(2),
        aLedgerRow({ unit: 0 }),
        aLedgerRow({ unit: 1 }),
        aLedgerRow({ job: hex32(2), amountWei: 3n }),
        anAssignmentRow({ unit: 5 }, refused),
        anAssignmentRow({ unit: 6 }, { ...refused, provider: aProvider(2) }),
      ])
      expect(rows.shares).toHaveLength(3)
      for (const share of [
        { job: hex32(1), provider: aProvider(1), accepted: 2, refused: 1, earnedWei: 2n * hugeWei },
        { job: hex32(1), provider: aProvider(2), accepted: 0, refused: 1, earnedWei: 0n },
        { job: hex32(2), provider: aProvider(1), accepted: 1, refused: 0, earnedWei: 3n },
      ])
        expect(rows.shares).toContainEqual(share)
    })

    test('[D2] assignments of undecided units come back in the order of their attempts, however they were changed', async () => {
      const attempts = Array.from({ length: 12 }, (_, attempt) => attempt)
      const rows = await loadAfter(
        [aJobRow(), ...attempts.map((attempt) => anAssignmentRow({ attempt }))],
        attempts.toReversed().map((attempt) => anAssignmentRow({ attempt }, { state: 'expired' })),
      )
      expect(rows.openAssignments.map(({ row }) => row.id)).toEqual(
        attempts.map((attempt) => assignmentId(1, 0, attempt)),
      )
    })

    test('[D2] assignments of decided units are counted, not loaded', async () => {
      const rows = await loadAfter([
        aJobRow(),
        anAssignmentRow({ unit: 0 }),
        anAssignmentRow({ unit: 1 }),
        aUnitRow({ unit: 0 }, { verdict: 'failed', canonical: undefined }),
      ])
      expect(rows.jobs[0]?.assignmentCount).toBe(2)
      expect(rows.openAssignments.map(({ row }) => row.unit)).toEqual([1])
      expect(rows.units).toMatchObject([{ verdict: 'failed', canonical: undefined }])
    })

    // Below, at and above the size from which an embedded store keeps bytes outside its tables.
    test.each([0, 4, 65_535, 65_536, 65_537, 300_000])(
      '[D1] a result of %i bytes is kept',
      async (length) => {
        const bytes = someBytes(length)
        const rows = await loadAfter([
          aJobRow(),
          anAssignmentRow({}, { state: 'revealed' }),
          aResultRow({}, bytes),
        ])
        expect(Buffer.from(rows.openAssignments[0]?.result ?? [1]).equals(bytes)).toBe(true)
        const store = await kept.reopen()
        expect(await store.canonicalResult(hex32(1), 0)).toBeUndefined()
        await store.commit([aUnitRow({})])
        expect(
          Buffer.from((await (await kept.reopen()).canonicalResult(hex32(1), 0)) ?? [1]).equals(bytes),
        ).toBe(true)
      },
    )

    test('[D1] the canonical result is the one its unit names; a failed or unknown unit has none', async () => {
      await loadAfter([
        aJobRow(),
        anAssignmentRow({ attempt: 0 }),
        anAssignmentRow({ attempt: 1 }),
        aResultRow({ attempt: 0 }, someBytes(4, 1)),
        aResultRow({ attempt: 1 }, someBytes(4, 2)),
        aUnitRow({}, { canonical: assignmentId(1, 0, 1) }),
        aUnitRow({ unit: 1 }, { verdict: 'failed', canonical: undefined }),
      ])
      const store = await kept.reopen()
      expect(Buffer.from((await store.canonicalResult(hex32(1), 0)) ?? []).equals(someBytes(4, 2))).toBe(true)
      expect(await store.canonicalResult(hex32(1), 1)).toBeUndefined()
      expect(await store.canonicalResult(hex32(1), 2)).toBeUndefined()
      expect(await store.canonicalResult(hex32(2), 0)).toBeUndefined()
    })

    test('[D1] a dropped result is gone, whatever its size, and dropping it again does no harm', async () => {
      const rows = await loadAfter(
        [aJobRow(), anAssignmentRow({}), aResultRow({}, someBytes(70_000))],
        [{ table: 'droppedResults', assignment: assignmentId(1, 0, 0) }],
        [{ table: 'droppedResults', assignment: assignmentId(1, 0, 0) }],
      )
      expect(rows.openAssignments).toMatchObject([{ result: undefined }])
    })

    test('[D3] what the caller does with its bytes afterwards does not matter', async () => {
      const bytes = someBytes(64)
      await kept.store.commit([aJobRow(), anAssignmentRow({}), aResultRow({}, bytes)])
      bytes.fill(0)
      const [open] = (await (await kept.reopen()).load()).openAssignments
      expect(Buffer.from(open?.result ?? []).equals(someBytes(64))).toBe(true)
    })
  })
}

function rowOf(record: DurableRecord): unknown {
  return 'row' in record ? record.row : undefined
}
