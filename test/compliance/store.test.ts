import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DurableRecord } from '#coordinator/core/records.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
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
  comparable,
  hex32,
  hugeWei,
  someBytes,
} from './some-rows.ts'
import { describeStore } from './store-compliance.ts'
import { aSqliteStore } from './temporary-store.ts'

describeStore('in memory, for simulations', () => {
  const store = new MemoryStore()
  return Promise.resolve({ store, reopen: () => Promise.resolve(store), dispose: () => store.close() })
})
describeStore('SQLite', aSqliteStore)

const place = fc.record({ job: fc.integer({ min: 1, max: 2 }), unit: fc.nat(3), attempt: fc.nat(3) })
const record: fc.Arbitrary<DurableRecord> = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom('awaitingFunds', 'running', 'finished', 'settled'),
      fc.bigInt({ min: 0n, max: hugeWei }),
    )
    .map(([job, phase, wei]) =>
      aJobRow(job, { phase, fundedWei: wei, refundedWei: wei / 2n, startedAtMs: Number(wei % 9n) }),
    ),
  fc
    .tuple(
      place,
      fc.constantFrom(
        'leased',
        'committed',
        'expired',
        'revealed',
        'provisional',
        'accepted',
        'refused',
        'cancelled',
        'handedBack',
      ),
      fc.nat(2),
    )
    .map(([at, state, provider]) =>
      anAssignmentRow(at, { state, provider: aProvider(provider), commitment: hex32(provider) }),
    ),
  fc
    .tuple(
      place,
      fc.constantFrom('failed', 'cancelled', 'provisional', 'accepted', 'recalled'),
      fc.option(fc.nat(4), { nil: undefined }),
    )
    .map(([at, verdict, mark]) => {
      const decided = verdict === 'failed' || verdict === 'cancelled'
      const canonical = decided ? undefined : assignmentId(at.job, at.unit, at.attempt)
      return aUnitRow(at, { verdict, mark, canonical })
    }),
  fc
    .tuple(place, fc.constantFrom('pass', 'audit', 'spots'), fc.nat(9))
    .map(([at, outcome, round]) => aDrawRow(at, { outcome, round })),
  fc
    .tuple(fc.nat(2), fc.nat(9), fc.option(fc.nat(9), { nil: undefined }))
    .map(([provider, checksFrom, missedAtUnits]) =>
      aStandingRow(provider, { checks: checksFrom + 1_020, checksFrom, missedAtUnits }),
    ),
  fc.tuple(place, fc.constantFrom('accepted', 'recalled')).map(([{ job, unit }, verdict]): DurableRecord => ({
    table: 'finals',
    row: { job: hex32(job), unit, verdict },
  })),
  fc.tuple(place, fc.boolean()).map(([{ job, unit, attempt }, accepted]): DurableRecord => ({
    table: 'assignmentEnds',
    row: {
      assignment: assignmentId(job, unit, attempt),
      state: accepted ? 'accepted' : 'refused',
      reason: accepted ? undefined : 'recalled',
    },
  })),
  fc
    .tuple(fc.nat(2), fc.nat(6), fc.bigInt({ min: 0n, max: hugeWei }))
    .map(([provider, index, wei]) => aCheckRow(provider, index, wei)),
  fc
    .tuple(place, fc.constantFrom(0, 4, 65_536, 65_537), fc.nat(255))
    .map(([at, length, seed]) => aResultRow(at, someBytes(length, seed))),
  place.map(({ job, unit, attempt }): DurableRecord => ({
    table: 'droppedResults',
    assignment: assignmentId(job, unit, attempt),
  })),
  fc
    .tuple(place, fc.nat(2), fc.bigInt({ min: 0n, max: hugeWei }))
    .map(([at, provider, amountWei]) => aLedgerRow(at, { provider: aProvider(provider), amountWei })),
  fc.tuple(fc.nat(2), fc.bigInt({ min: 0n, max: hugeWei })).map(([provider, claimedWei]): DurableRecord => ({
    table: 'claims',
    row: { provider: aProvider(provider), claimedWei, transaction: undefined },
  })),
)

test('[D3] the embedded store and the one in memory hold the same after the same random batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(record, { maxLength: 12 }), { minLength: 1, maxLength: 6 }),
      async (batches) => {
        const kept = await aSqliteStore()
        const memory = new MemoryStore()
        try {
          const withEpochs = [
            [aJobRow(1), aJobRow(2)],
            ...batches.map((batch, index) => [...batch, epochStep(index)]),
          ]
          for (const batch of withEpochs) {
            await kept.store.commit(batch)
            await memory.commit(batch)
          }
          const store = await kept.reopen()
          expect(comparable(await store.load())).toEqual(comparable(memory.loadNow()))
          for (const job of [1, 2])
            for (const unit of [0, 1, 2, 3]) {
              const [one, other] = [
                await store.canonicalResult(hex32(job), unit),
                memory.canonicalResultNow(hex32(job), unit),
              ]
              expect(one && Buffer.from(one)).toEqual(other && Buffer.from(other))
            }
        } finally {
          await kept.dispose()
        }
      },
    ),
    { numRuns: 60 },
  )
})

/** Epochs follow each other: the first prepared, posted, then the second prepared, posted, and so on. */
function epochStep(index: number): DurableRecord {
  return anEpochRow(1 + Math.floor(index / 2), index % 2 === 0 ? 'prepared' : 'posted')
}
