import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DurableRecord } from '#coordinator/core/records.ts'
import { newestChecks, type Store } from '#coordinator/edge/store/store.ts'
import {
  aCheckRow,
  aDrawRow,
  aJobRow,
  aLedgerRow,
  anAssignmentRow,
  anEpochRow,
  aProvider,
  aResultRow,
  assignmentId,
  aStandingRow,
  aUnitRow,
  aWalletRow,
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
        unopened: [],
        units: [],
        openAssignments: [],
        provisionalAssignments: [],
        draws: [],
        standings: [],
        checks: [],
        shares: [],
        claims: [],
        wallets: [],
        postedEpoch: undefined,
        preparedEpoch: undefined,
        lastEpochNumber: 0,
      })
    })

    test('[O6] the log’s entries are kept with their batch, in their order, and never change', async () => {
      const { store } = kept
      expect(await store.logSize()).toBe(0)
      await store.commit([aJobRow()], [someBytes(3), someBytes(5)])
      await store.commit([], [someBytes(7)])
      await store.commit([aJobRow(2)])
      const reopened = await kept.reopen()
      expect(await reopened.logSize()).toBe(3)
      const entries = await reopened.logEntries(0, 3)
      expect(entries.map((entry) => [...entry])).toEqual([3, 5, 7].map((length) => [...someBytes(length)]))
      expect((await reopened.logEntries(1, 2)).map(({ length }) => length)).toEqual([5])
    })

    test('[O6] the last head that was signed is kept', async () => {
      expect(await kept.store.signedHead()).toBeUndefined()
      await kept.store.keepSignedHead({ size: 1, root: hex32(1) })
      await kept.store.keepSignedHead({ size: 2, root: hex32(2) })
      expect(await (await kept.reopen()).signedHead()).toEqual({ size: 2, root: hex32(2) })
    })

    test('[O7] what a result’s commitment opens to is kept until the result has come to its end', async () => {
      const opening = (attempt: number) => {
        const assignment = assignmentId(1, 0, attempt)
        return { assignment, resultDigest: hex32(10 + attempt), nonce: hex32(20 + attempt) }
      }
      const reveal = (attempt: number): DurableRecord => ({
        table: 'reveals',
        row: { ...opening(attempt), round: 7 },
      })
      const states = ['revealed', 'provisional', 'accepted', 'refused', 'cancelled', 'provisional'] as const
      const ended: DurableRecord = {
        table: 'assignmentEnds',
        row: { assignment: assignmentId(1, 0, 5), state: 'accepted', reason: undefined },
      }
      const rows = await loadAfter(
        [aJobRow(), ...states.flatMap((_state, attempt) => [reveal(attempt)])],
        [...states.map((state, attempt) => anAssignmentRow({ attempt }, { state })), ended],
      )
      expect(rows.unopened).toEqual([opening(0), opening(1)])
    })

    test('[D3] an empty batch is kept, too', async () => {
      expect((await loadAfter([], [aJobRow()])).jobs).toHaveLength(1)
    })

    test('[D3] every table comes back as it went in', async () => {
      const aFullJob = aJobRow(1, {
        control: 'paused',
        spottable: true,
        fundedWei: hugeWei,
        startedAtMs: 1.25,
        finishedAtMs: 2,
      })
      const open = { state: 'committed', commitment: hex32(7), drawRound: 1_800_000_000 } as const
      const provisional = { state: 'provisional', payWei: hugeWei + 1n, resultDigest: hex32(9) } as const
      const aDraw = aDrawRow({ unit: 1 }, { outcome: 'spots', anchor: true, spots: [0, 63] })
      const standings = [
        aStandingRow(1, { checks: 31, missedAtUnits: 0, checksFrom: 17, convictions: 2 }),
        aStandingRow(2, { probationPassed: 0 }),
      ]
      const links = [
        aWalletRow(1),
        aWalletRow(1, { serial: 2, state: 'pending', fromWei: undefined }),
        aWalletRow(2, { fromWei: 0n }),
      ]
      const rows = await loadAfter([
        aFullJob,
        ...links,
        anAssignmentRow({ unit: 0 }, { state: 'accepted', commitment: hex32(5), resultDigest: hex32(6) }),
        aUnitRow({ unit: 0 }, { disputed: true }),
        anAssignmentRow({ unit: 1 }, open),
        anAssignmentRow({ unit: 2 }, provisional),
        aUnitRow({ unit: 2 }, { verdict: 'provisional', mark: 30 }),
        aUnitRow({ unit: 3 }, { verdict: 'cancelled', canonical: undefined }),
        aLedgerRow(),
        aDraw,
        ...standings,
        aCheckRow(1, 30, hugeWei + 3n),
        { table: 'claims', row: { provider: aProvider(1), claimedWei: hugeWei, transaction: hex32(8) } },
        { table: 'claims', row: { provider: aProvider(2), claimedWei: 0n, transaction: undefined } },
        anEpochRow(1, 'posted'),
        anEpochRow(2, 'prepared'),
      ])
      expect(rows.jobs).toEqual([{ row: rowOf(aFullJob), assignmentCount: 3 }])
      expect(rows.units).toHaveLength(3)
      for (const unit of [
        aUnitRow({ unit: 0 }, { disputed: true }),
        aUnitRow({ unit: 2 }, { verdict: 'provisional', mark: 30 }),
        aUnitRow({ unit: 3 }, { verdict: 'cancelled', canonical: undefined }),
      ])
        expect(rows.units).toContainEqual(rowOf(unit))
      expect(rows.openAssignments).toEqual([
        { row: rowOf(anAssignmentRow({ unit: 1 }, open)), result: undefined },
      ])
      expect(rows.provisionalAssignments).toEqual([
        { row: rowOf(anAssignmentRow({ unit: 2 }, provisional)), attempts: 1 },
      ])
      expect(rows.draws).toEqual([rowOf(aDraw)])
      expect(rows.standings).toHaveLength(2)
      for (const standing of standings) expect(rows.standings).toContainEqual(rowOf(standing))
      expect(rows.checks).toEqual([rowOf(aCheckRow(1, 30, hugeWei + 3n))])
      expect(rows.shares).toEqual([
        { job: hex32(1), provider: aProvider(1), accepted: 1, refused: 0, earnedWei: hugeWei },
      ])
      expect(rows.claims).toContainEqual({
        provider: aProvider(1),
        claimedWei: hugeWei,
        transaction: hex32(8),
      })
      expect(rows.claims).toContainEqual({ provider: aProvider(2), claimedWei: 0n, transaction: undefined })
      expect(rows.wallets).toHaveLength(3)
      for (const link of links) expect(rows.wallets).toContainEqual(rowOf(link))
      expect(rows.postedEpoch).toEqual(rowOf(anEpochRow(1, 'posted')))
      expect(rows.preparedEpoch).toEqual(rowOf(anEpochRow(2, 'prepared')))
    })

    test('[D3] a link that another took the place of is not loaded', async () => {
      const rows = await loadAfter(
        [aWalletRow(1, { state: 'pending', fromWei: undefined })],
        [aWalletRow(1, { state: 'superseded', fromWei: undefined }), aWalletRow(1, { serial: 2 })],
      )
      expect(rows.wallets).toEqual([rowOf(aWalletRow(1, { serial: 2 }))])
    })

    test.each([2n ** 63n - 1n, 2n ** 63n, 2n ** 64n + 1n, 2n ** 256n - 1n, 10n ** 77n + 1n])(
      '[M8] %d wei come back exactly',
      async (wei) => {
        const rows = await loadAfter([
          aJobRow(1, { fundedWei: wei, settledChargeWei: wei - 1n, refundedWei: wei - 2n }),
          aLedgerRow({}, { amountWei: wei }),
          aLedgerRow({ unit: 1 }, { amountWei: wei - 1n }),
          anAssignmentRow({ unit: 2 }, { payWei: wei }),
          anAssignmentRow({ unit: 3 }),
          aUnitRow({ unit: 3 }, { verdict: 'provisional', mark: 0 }),
          aStandingRow(1, { checks: 1 }),
          aCheckRow(1, 0, wei),
          { table: 'claims', row: { provider: aProvider(1), claimedWei: wei, transaction: undefined } },
        ])
        expect(rows.jobs[0]?.row).toMatchObject({
          fundedWei: wei,
          settledChargeWei: wei - 1n,
          refundedWei: wei - 2n,
        })
        expect(rows.shares[0]).toMatchObject({ accepted: 2, earnedWei: 2n * wei - 1n })
        expect(rows.openAssignments[0]?.row.payWei).toBe(wei)
        expect(rows.checks[0]?.weightWei).toBe(wei)
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

    test('[M9] of an epoch that was stopped only its number is remembered', async () => {
      const rows = await loadAfter(
        [anEpochRow(1, 'posted'), anEpochRow(2, 'prepared')],
        [anEpochRow(2, 'stopped')],
        [anEpochRow(3, 'prepared')],
        [anEpochRow(3, 'stopped')],
      )
      expect(rows).toMatchObject({ postedEpoch: { epoch: { number: 1 } }, lastEpochNumber: 3 })
      expect(rows.preparedEpoch).toBeUndefined()
    })

    test('[D2] nobody is paid twice for a result: its second ledger row changes nothing', async () => {
      const rows = await loadAfter(
        [aJobRow(), aLedgerRow()],
        [aLedgerRow({}, { amountWei: 1n }), aLedgerRow(), aLedgerRow({}, { provider: aProvider(2) })],
      )
      expect(rows.shares).toEqual([
        { job: hex32(1), provider: aProvider(1), accepted: 1, refused: 0, earnedWei: hugeWei },
      ])
    })

    test('[D2] several checks of one unit by one provider are each paid', async () => {
      const rows = await loadAfter([
        aJobRow(),
        aLedgerRow({ attempt: 0 }, { amountWei: 64n }),
        aLedgerRow({ attempt: 1 }, { amountWei: 1n }),
        aLedgerRow({ attempt: 2 }, { amountWei: 1n }),
      ])
      expect(rows.shares).toMatchObject([{ accepted: 3, earnedWei: 66n }])
    })

    test('[D2] a later draw takes the place of the first', async () => {
      const rows = await loadAfter(
        [aJobRow(), anAssignmentRow({}), aDrawRow({}, { outcome: 'audit' })],
        [aDrawRow({}, { outcome: 'spots', round: 9, value: hex32(1), spots: [1, 2] })],
      )
      expect(rows.draws).toEqual([
        rowOf(aDrawRow({}, { outcome: 'spots', round: 9, value: hex32(1), spots: [1, 2] })),
      ])
    })

    test('[D2] the end of a provisional unit changes its verdict alone', async () => {
      const terms = { state: 'provisional', commitment: hex32(3), drawRound: 9 } as const
      const provisional = (unit: number) => [
        anAssignmentRow({ unit }, terms),
        aResultRow({ unit }, someBytes(4)),
        aUnitRow({ unit }, { verdict: 'provisional', mark: 1, disputed: true }),
      ]
      const end = (unit: number, verdict: 'accepted' | 'recalled'): DurableRecord[] => [
        { table: 'finals', row: { job: hex32(1), unit, verdict } },
        {
          table: 'assignmentEnds',
          row: {
            assignment: assignmentId(1, unit, 0),
            state: verdict === 'accepted' ? 'accepted' : 'refused',
            reason: verdict === 'accepted' ? undefined : 'recalled',
          },
        },
      ]
      const rows = await loadAfter(
        [aJobRow(), ...provisional(0), ...provisional(1)],
        [...end(0, 'accepted'), ...end(1, 'recalled'), ...end(2, 'accepted')],
      )
      expect(rows.units).toEqual([
        rowOf(aUnitRow({ unit: 0 }, { verdict: 'accepted', mark: 1, disputed: true })),
      ])
      expect(rows.provisionalAssignments).toEqual([])
      expect(rows.openAssignments.map(({ row }) => row)).toEqual([
        rowOf(anAssignmentRow({ unit: 1 }, { ...terms, state: 'refused', reason: 'recalled' })),
      ])
      expect(rows.shares).toMatchObject([{ refused: 1 }])
      const store = await kept.reopen()
      expect(await store.canonicalResult(hex32(1), 0)).toHaveLength(4)
      expect(await store.canonicalResult(hex32(1), 1)).toBeUndefined()
    })

    test('[M3] shares are for each job and provider, refusals counted beside what was earned', async () => {
      const refused = { state: 'refused', reason: 'resultDisagrees' } as const
      const rows = await loadAfter([
        aJobRow(1),
        aJobRow(2),
        aLedgerRow({ unit: 0 }),
        aLedgerRow({ unit: 1 }),
        aLedgerRow({ job: 2 }, { amountWei: 3n }),
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

    test('[D2] a recalled unit is open again, with its attempts, their bytes and draws', async () => {
      const pending = [
        aJobRow(),
        anAssignmentRow({}, { state: 'provisional' }),
        aResultRow({}, someBytes(4)),
        aUnitRow({}, { verdict: 'provisional', mark: 0 }),
        aDrawRow({}),
      ]
      const before = await loadAfter(pending)
      expect(before).toMatchObject({ units: [{ mark: 0 }], openAssignments: [], draws: [] })
      const store = await kept.reopen()
      await store.commit([
        anAssignmentRow({}, { state: 'refused' }),
        aUnitRow({}, { verdict: 'recalled' }),
        { table: 'droppedResults', assignment: assignmentId(1, 0, 0) },
        anAssignmentRow({ attempt: 1 }, { state: 'revealed' }),
        aResultRow({ attempt: 1 }, someBytes(8)),
      ])
      const again = await kept.reopen()
      const after = await again.load()
      expect(after).toMatchObject({ units: [], provisionalAssignments: [], draws: [rowOf(aDrawRow({}))] })
      expect(after.openAssignments.map(({ row, result }) => [row.state, result?.length])).toEqual([
        ['refused', undefined],
        ['revealed', 8],
      ])
      expect(await again.canonicalResult(hex32(1), 0)).toBeUndefined()
      await again.commit([aUnitRow({}, { canonical: assignmentId(1, 0, 1) })])
      expect((await (await kept.reopen()).load()).openAssignments).toEqual([])
    })

    test('[D2] provisional units come back in the order of their attempts, with how many those were', async () => {
      const attempt = (unit: number, number: number) => anAssignmentRow({ unit, attempt: number })
      const rows = await loadAfter([
        aJobRow(),
        attempt(3, 0),
        attempt(1, 0),
        attempt(1, 1),
        attempt(2, 0),
        attempt(1, 2),
        ...[1, 2, 3].map((unit) =>
          aUnitRow(
            { unit },
            { verdict: 'provisional', mark: 0, canonical: assignmentId(1, unit, unit === 1 ? 1 : 0) },
          ),
        ),
      ])
      expect(rows.provisionalAssignments.map(({ row, attempts }) => [row.unit, attempts])).toEqual([
        [3, 1],
        [1, 3],
        [2, 1],
      ])
    })

    test('[D2] checks are loaded from the first that a pending unit may count, or the newest, to the last', async () => {
      const passed = newestChecks + 20
      const checksOf = (provider: number) =>
        Array.from({ length: passed }, (_, index) => aCheckRow(provider, index, BigInt(index)))
      const pending = (unit: number, provider: number, mark: number) => [
        anAssignmentRow({ unit }, { provider: aProvider(provider) }),
        aUnitRow({ unit }, { verdict: 'provisional', mark }),
      ]
      const rows = await loadAfter([
        aJobRow(),
        ...[1, 2, 3, 4, 5].flatMap(checksOf).toReversed(),
        ...[1, 2, 3, 5].map((provider) => aStandingRow(provider, { checks: passed })),
        aStandingRow(4, { checks: passed, checksFrom: passed - 3 }),
        ...pending(0, 1, 12),
        ...pending(1, 1, 9),
        ...pending(2, 2, passed),
        ...pending(3, 4, 8),
        anAssignmentRow({ unit: 4 }, { provider: aProvider(3) }),
        aUnitRow({ unit: 4 }, { mark: 2 }),
      ])
      for (const [provider, first] of [
        [1, 9],
        [2, 20],
        [3, 20],
        [4, passed - 3],
        [5, 20],
      ] as const) {
        const own = rows.checks.filter((check) => check.provider === aProvider(provider))
        expect(own.map(({ index }) => index)).toEqual(
          Array.from({ length: passed - first }, (_, place) => first + place),
        )
        expect(own.every(({ index, weightWei }) => weightWei === BigInt(index))).toBe(true)
      }
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

    test.each(['provisional', 'accepted'] as const)(
      '[D1] a unit that is %s has its canonical result',
      async (verdict) => {
        await loadAfter([
          aJobRow(),
          anAssignmentRow({}),
          aResultRow({}, someBytes(4)),
          aUnitRow({}, { verdict, mark: 0 }),
        ])
        const kept4 = await (await kept.reopen()).canonicalResult(hex32(1), 0)
        expect(Buffer.from(kept4 ?? []).equals(someBytes(4))).toBe(true)
      },
    )

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
