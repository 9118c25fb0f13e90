import type { SQLOutputValue } from 'node:sqlite'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentRow, ClaimRow, EpochRow, JobRow, UnitRow } from '../../core/records.ts'
import type { Stored } from '../../core/recover.ts'
import type { Epoch } from '../../core/state.ts'

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>

export function jobRowOf(row: Row): JobRow {
  return {
    id: hexIn(row, 'id'),
    spec: textIn(row, 'spec'),
    salt: hexIn(row, 'salt'),
    requester: hexIn(row, 'requester'),
    phase: textIn(row, 'phase') as JobRow['phase'],
    fundedWei: BigInt(textIn(row, 'funded_wei')),
    settledChargeWei: BigInt(textIn(row, 'settled_charge_wei')),
    refundedWei: BigInt(textIn(row, 'refunded_wei')),
    createdAtMs: numberIn(row, 'created_at_ms'),
    startedAtMs: optional(row, 'started_at_ms', numberIn),
    finishedAtMs: optional(row, 'finished_at_ms', numberIn),
  }
}

export function unitRowOf(row: Row): UnitRow {
  return {
    job: hexIn(row, 'job'),
    unit: numberIn(row, 'unit'),
    verdict: textIn(row, 'verdict') as UnitRow['verdict'],
    canonical: optional(row, 'canonical', textIn),
    disputed: numberIn(row, 'disputed') === 1,
    queueMs: numberIn(row, 'queue_ms'),
    runMs: numberIn(row, 'run_ms'),
    verifyMs: numberIn(row, 'verify_ms'),
  }
}

export function assignmentRowOf(row: Row): AssignmentRow {
  return {
    id: textIn(row, 'id'),
    job: hexIn(row, 'job'),
    unit: numberIn(row, 'unit'),
    provider: hexIn(row, 'provider'),
    state: textIn(row, 'state') as AssignmentRow['state'],
    leasedAtMs: numberIn(row, 'leased_at_ms'),
    commitment: optional(row, 'commitment', hexIn),
    resultDigest: optional(row, 'result_digest', hexIn),
    reason: optional(row, 'reason', textIn) as AssignmentRow['reason'],
  }
}

/** A job pays one price for each accepted result, so a share's sum is its count times that price. */
export function shareOf(row: Row): Stored['shares'][number] {
  const accepted = numberIn(row, 'accepted')
  const amountWei = BigInt(optional(row, 'amount_wei', textIn) ?? '0')
  return {
    job: hexIn(row, 'job'),
    provider: hexIn(row, 'provider'),
    accepted,
    refused: numberIn(row, 'refused'),
    earnedWei: amountWei * BigInt(accepted),
  }
}

export function claimRowOf(row: Row): ClaimRow {
  return {
    provider: hexIn(row, 'provider'),
    claimedWei: BigInt(textIn(row, 'claimed_wei')),
    transaction: optional(row, 'transaction_hash', hexIn),
  }
}

export function epochRowOf(row: Row): EpochRow {
  const contents = JSON.parse(textIn(row, 'contents'), (key, value: unknown) =>
    key === 'cumulativeWei' ? BigInt(String(value)) : value,
  ) as Epoch
  return {
    epoch: contents,
    state: textIn(row, 'state') as EpochRow['state'],
    transaction: optional(row, 'transaction_hash', hexIn),
  }
}

export function numberIn(row: Row, column: string): number {
  const value = row[column]
  assert(typeof value === 'number', `${column} is a number`)
  return value
}

export function textIn(row: Row, column: string): string {
  const value = row[column]
  assert(typeof value === 'string', `${column} is text`)
  return value
}

function hexIn(row: Row, column: string): Hex {
  return textIn(row, column) as Hex
}

function optional<Value>(
  row: Row,
  column: string,
  read: (row: Row, column: string) => Value,
): Value | undefined {
  return row[column] === null ? undefined : read(row, column)
}
