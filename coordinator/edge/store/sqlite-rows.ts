import type { SQLOutputValue } from 'node:sqlite'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type {
  AssignmentRow,
  CheckRow,
  ClaimRow,
  DrawRow,
  EpochRow,
  JobRow,
  OpeningRow,
  StandingRow,
  UnitRow,
} from '../../core/records.ts'
import type { Epoch } from '../../core/state.ts'
import type { WalletRow } from '../../core/wallet-state.ts'

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>

export function jobRowOf(row: Row): JobRow {
  return {
    id: hexIn(row, 'id'),
    spec: textIn(row, 'spec'),
    salt: hexIn(row, 'salt'),
    requester: hexIn(row, 'requester'),
    phase: textIn(row, 'phase') as JobRow['phase'],
    control: textIn(row, 'control') as JobRow['control'],
    spottable: numberIn(row, 'spottable') === 1,
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
    mark: optional(row, 'mark', numberIn),
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
    payWei: BigInt(textIn(row, 'pay_wei')),
    commitment: optional(row, 'commitment', hexIn),
    drawRound: optional(row, 'draw_round', numberIn),
    resultDigest: optional(row, 'result_digest', hexIn),
    reason: optional(row, 'reason', textIn) as AssignmentRow['reason'],
  }
}

export function drawRowOf(row: Row): DrawRow {
  return {
    assignment: textIn(row, 'assignment'),
    job: hexIn(row, 'job'),
    unit: numberIn(row, 'unit'),
    round: numberIn(row, 'round'),
    value: hexIn(row, 'value'),
    outcome: textIn(row, 'outcome') as DrawRow['outcome'],
    anchor: numberIn(row, 'anchor') === 1,
    spots: JSON.parse(textIn(row, 'spots')) as number[],
  }
}

export function openingRowOf(row: Row): OpeningRow {
  return {
    assignment: textIn(row, 'assignment'),
    resultDigest: hexIn(row, 'result_digest'),
    nonce: hexIn(row, 'nonce'),
  }
}

export function standingRowOf(row: Row): StandingRow {
  return {
    provider: hexIn(row, 'provider'),
    probationPassed: numberIn(row, 'probation_passed'),
    checks: numberIn(row, 'checks'),
    units: numberIn(row, 'units'),
    missedAtUnits: optional(row, 'missed_at_units', numberIn),
    checksFrom: numberIn(row, 'checks_from'),
    convictions: numberIn(row, 'convictions'),
  }
}

export function checkRowOf(row: Row): CheckRow {
  return {
    provider: hexIn(row, 'provider'),
    index: numberIn(row, 'number'),
    requester: hexIn(row, 'requester'),
    weightWei: BigInt(textIn(row, 'weight_wei')),
  }
}

export function claimRowOf(row: Row): ClaimRow {
  return {
    provider: hexIn(row, 'provider'),
    claimedWei: BigInt(textIn(row, 'claimed_wei')),
    transaction: optional(row, 'transaction_hash', hexIn),
  }
}

export function walletRowOf(row: Row): WalletRow {
  return {
    provider: hexIn(row, 'provider'),
    serial: numberIn(row, 'serial'),
    wallet: hexIn(row, 'wallet'),
    expiresAtSeconds: numberIn(row, 'expires_at_seconds'),
    sessionSignature: hexIn(row, 'session_signature'),
    walletSignature: hexIn(row, 'wallet_signature'),
    state: textIn(row, 'state') as WalletRow['state'],
    filedAtMs: numberIn(row, 'filed_at_ms'),
    effectiveAtMs: numberIn(row, 'effective_at_ms'),
    fromWei: optional(row, 'from_wei', (from, column) => BigInt(textIn(from, column))),
  }
}

export function epochRowOf(row: Row): EpochRow {
  const contents = JSON.parse(textIn(row, 'contents'), (key, value: unknown) =>
    key.endsWith('Wei') ? BigInt(String(value)) : value,
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

export function hexIn(row: Row, column: string): Hex {
  return textIn(row, column) as Hex
}

function optional<Value>(
  row: Row,
  column: string,
  read: (row: Row, column: string) => Value,
): Value | undefined {
  return row[column] === null ? undefined : read(row, column)
}
