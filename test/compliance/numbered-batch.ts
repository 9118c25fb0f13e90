import type { DurableRecord } from '#coordinator/core/records.ts'
import { aJobRow, aLedgerRow, anAssignmentRow, aProvider, aResultRow, someBytes } from './some-rows.ts'

export const attemptsPerBatch = 5
export const claimant = aProvider(77)

/** A batch over most tables: job `number`, its attempts, a result (a large one in every third), pay and a running claim. */
export function aNumberedBatch(number: number): DurableRecord[] {
  return [
    aJobRow(number),
    ...Array.from({ length: attemptsPerBatch }, (_, attempt) => anAssignmentRow({ job: number, attempt })),
    aResultRow({ job: number }, resultOfBatch(number)),
    aLedgerRow({ job: number }, { amountWei: BigInt(number) }),
    { table: 'claims', row: { provider: claimant, claimedWei: BigInt(number), transaction: undefined } },
  ]
}

export function resultOfBatch(number: number): Uint8Array {
  return someBytes(number % 3 === 0 ? 70_000 : 400, number)
}
