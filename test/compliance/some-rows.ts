import { toHex, type Hex } from '#protocol/bytes.ts'
import type {
  AssignmentRow,
  CheckRow,
  DrawRow,
  DurableRecord,
  JobRow,
  LedgerRow,
  ResultRow,
  StandingRow,
  UnitRow,
} from '#coordinator/core/records.ts'
import type { LoadedRows } from '#coordinator/edge/store/store.ts'
import type { Epoch } from '#coordinator/core/state.ts'
import type { WalletRow } from '#coordinator/core/wallet-state.ts'

/** More than any 64-bit number holds, and odd, so that a rounding shows. */
export const hugeWei = 2n ** 200n + 12_345n

export function hex32(number: number): Hex {
  return `0x${number.toString(16).padStart(64, '0')}`
}

export function aProvider(number: number): Hex {
  return `0x${number.toString(16).padStart(40, '0')}`
}

export function aJobRow(number = 1, changes: Partial<JobRow> = {}): DurableRecord {
  const row: JobRow = {
    id: hex32(number),
    spec: `b${'a'.repeat(58)}`,
    salt: hex32(1_000 + number),
    requester: aProvider(99),
    phase: 'running',
    control: 'none',
    spottable: false,
    fundedWei: 10n,
    settledChargeWei: 0n,
    refundedWei: 0n,
    createdAtMs: 1_700_000_000_000 + number,
    startedAtMs: undefined,
    finishedAtMs: undefined,
    ...changes,
  }
  return { table: 'jobs', row }
}

export function assignmentId(job: number, unit: number, attempt: number): string {
  return `${hex32(job).slice(-8)}/${unit}/${attempt}`
}

export function anAssignmentRow(
  place: { job?: number; unit?: number; attempt?: number },
  changes: Partial<AssignmentRow> = {},
): DurableRecord {
  const { job = 1, unit = 0, attempt = 0 } = place
  const row: AssignmentRow = {
    id: assignmentId(job, unit, attempt),
    job: hex32(job),
    unit,
    provider: aProvider(1),
    state: 'leased',
    leasedAtMs: 1_700_000_000_000.5,
    payWei: hugeWei,
    commitment: undefined,
    drawRound: undefined,
    resultDigest: undefined,
    reason: undefined,
    ...changes,
  }
  return { table: 'assignments', row }
}

export function aResultRow(
  place: { job?: number; unit?: number; attempt?: number },
  bytes: Uint8Array,
): DurableRecord {
  const { job = 1, unit = 0, attempt = 0 } = place
  const row: ResultRow = { assignment: assignmentId(job, unit, attempt), job: hex32(job), unit, bytes }
  return { table: 'results', row }
}

export function aUnitRow(
  place: { job?: number; unit?: number },
  changes: Partial<UnitRow> = {},
): DurableRecord {
  const { job = 1, unit = 0 } = place
  const row: UnitRow = {
    job: hex32(job),
    unit,
    verdict: 'accepted',
    canonical: assignmentId(job, unit, 0),
    mark: undefined,
    disputed: false,
    queueMs: 1,
    runMs: 2.5,
    verifyMs: 3,
    ...changes,
  }
  return { table: 'units', row }
}

/** Pay for the first attempt at a unit, unless told otherwise. */
export function aLedgerRow(
  place: { job?: number; unit?: number; attempt?: number } = {},
  changes: Partial<LedgerRow> = {},
): DurableRecord {
  const { job = 1, unit = 0, attempt = 0 } = place
  const row: LedgerRow = {
    assignment: assignmentId(job, unit, attempt),
    job: hex32(job),
    unit,
    provider: aProvider(1),
    amountWei: hugeWei,
    atMs: 5,
    ...changes,
  }
  return { table: 'ledger', row }
}

export function aDrawRow(
  place: { job?: number; unit?: number; attempt?: number } = {},
  changes: Partial<DrawRow> = {},
): DurableRecord {
  const { job = 1, unit = 0, attempt = 0 } = place
  const row: DrawRow = {
    assignment: assignmentId(job, unit, attempt),
    job: hex32(job),
    unit,
    round: 1_700_000_000,
    value: hex32(0xbea),
    outcome: 'pass',
    anchor: false,
    spots: [],
    ...changes,
  }
  return { table: 'draws', row }
}

export function aStandingRow(provider: number, changes: Partial<StandingRow> = {}): DurableRecord {
  const row: StandingRow = {
    provider: aProvider(provider),
    probationPassed: 20,
    checks: 31,
    units: 400,
    missedAtUnits: undefined,
    checksFrom: 0,
    convictions: 0,
    ...changes,
  }
  return { table: 'standings', row }
}

export function aCheckRow(provider: number, index: number, weightWei = hugeWei): DurableRecord {
  const row: CheckRow = { provider: aProvider(provider), index, requester: aProvider(99), weightWei }
  return { table: 'checks', row }
}

export function aWalletRow(provider: number, changes: Partial<WalletRow> = {}): DurableRecord {
  const row: WalletRow = {
    provider: aProvider(provider),
    serial: 1,
    wallet: aProvider(77),
    expiresAtSeconds: 1_900_000_000,
    sessionSignature: `0x${'01'.repeat(65)}`,
    walletSignature: `0x${'02'.repeat(300)}`,
    state: 'inEffect',
    filedAtMs: 1_700_000_000_000.5,
    effectiveAtMs: 1_700_000_000_001,
    fromWei: hugeWei,
    ...changes,
  }
  return { table: 'wallets', row }
}

export function anEpochRow(number: number, state: 'prepared' | 'posted' | 'stopped'): DurableRecord {
  const epoch: Epoch = {
    number,
    earnings: [{ provider: aProvider(1), cumulativeWei: hugeWei * BigInt(number) }],
    charges: [{ job: hex32(1), cumulativeWei: BigInt(number) }],
    closedJobs: number % 2 === 0 ? [hex32(1)] : [],
    attestation: {
      ...{ epoch: number, logSize: 9, logRoot: hex32(2), payRoot: hex32(3), chargesHash: hex32(4) },
      ...{ totalEarnedWei: hugeWei, totalChargedWei: hugeWei + 1n },
    },
    signatures: [{ auditor: aProvider(5), signature: `0x${'03'.repeat(65)}` }],
  }
  return {
    table: 'epochs',
    row: { epoch, state, transaction: state === 'posted' ? hex32(number) : undefined },
  }
}

/** Bytes that differ from place to place. */
export function someBytes(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) + seed) & 0xff)
}

/** What `load` gave, with its bytes as text and sorted wherever no order is promised. */
export function comparable(rows: LoadedRows): unknown {
  const sorted = Object.entries(rows).map(([name, value]: [string, unknown]) => {
    if (!Array.isArray(value)) return [name, value]
    if (name === 'openAssignments')
      return [name, rows.openAssignments.map(({ row, result }) => ({ row, result: result && toHex(result) }))]
    return [
      name,
      value
        .map((entry: unknown) => ({ ...(entry as object) }))
        .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)),
    ]
  })
  return Object.fromEntries(sorted) as unknown
}

function keyOf(entry: unknown): string {
  return JSON.stringify(entry, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
}
