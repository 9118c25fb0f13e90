import { beforeAll, describe, expect, test } from 'vitest'
import { assert } from '#protocol/assert.ts'
import { attestationDigest, type EpochAttestation } from '#protocol/attestation.ts'
import { fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { commitmentOf } from '#protocol/commitment.ts'
import type { LogEntry, LogEntryOf } from '#protocol/log/entries.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { sessionKeyOf, signDigest, signerOf } from '#protocol/session-key.ts'
import { settlement } from '#test/simulation/simulate.ts'
import { anAuditor, ChainBehind, MemoryOfAudits, recordedLog, ServedLog } from './recorded-log.ts'

let log: LogEntry[]
let audited: LogEntry[]
let chain: ChainBehind

beforeAll(() => {
  log = recordedLog({ seed: 5 })
  audited = recordedLog({ seed: 6, audited: true })
  chain = new ChainBehind(log)
}, 60_000)

function audit(entries: readonly LogEntry[], behind = chain): Promise<number> {
  return anAuditor(new ServedLog(entries), behind).catchUp()
}

function placeOf<Kind extends LogEntry['kind']>(
  entries: readonly LogEntry[],
  kind: Kind,
  which: (entry: LogEntryOf<Kind>) => boolean = () => true,
): { index: number; entry: LogEntryOf<Kind> } {
  const index = entries.findIndex((entry) => entry.kind === kind && which(entry as LogEntryOf<Kind>))
  const entry = entries[index]
  assert(entry?.kind === kind, `the log has a ${kind}`)
  return { index, entry: entry as LogEntryOf<Kind> }
}

function inserted(entries: readonly LogEntry[], at: number, ...more: LogEntry[]): LogEntry[] {
  return [...entries.slice(0, at), ...more, ...entries.slice(at)]
}

describe('a dishonest coordinator', () => {
  test('[O13] that pays a result twice is stopped at the second pay', async () => {
    const { index, entry } = placeOf(log, 'pay')
    const twice = inserted(log, index + 1, entry)
    await expect(audit(twice)).rejects.toMatchObject({ index: index + 1, entry: 'pay' })
  })

  test('[O13] that pays more than the price is stopped there', async () => {
    const { index, entry } = placeOf(log, 'pay')
    const amountWei = `${BigInt(entry.amountWei) * 2n}`
    const dearer = log.with(index, { ...entry, amountWei })
    await expect(audit(dearer)).rejects.toMatchObject({ index, entry: 'pay' })
  })

  test('[O13] that pays a friend who never computed is stopped, however well it is documented', async () => {
    const friend = sessionKeyOf(new Uint8Array(32).fill(3))
    const { entry: verdict, index } = placeOf(log, 'verdict', ({ verdict: one }) => one === 'accepted')
    const { entry: job } = placeOf(log, 'job')
    const assignment = `${job.job.slice(2, 10)}/${verdict.unit}/99999`
    const parts = { job: verdict.job, unit: verdict.unit, provider: friend.provider }
    const opening = {
      resultDigest: toHex(new Uint8Array(32).fill(1)),
      nonce: toHex(new Uint8Array(32).fill(2)),
    }
    const commitment = commitmentOf({ chainId: 31_337, ...parts, ...opening })
    const commit: LogEntry = {
      ...{ kind: 'commit', assignment, ...parts, commitment },
      signature: signDigest(friend, commitment),
    }
    const pay: LogEntry = { kind: 'pay', assignment, ...parts, amountWei: job.unitPayWei }
    const reveal: LogEntry = { kind: 'reveal', assignment, round: 9_999 }
    const opened: LogEntry = { kind: 'opening', assignment, ...opening }
    // After the verdict, the unit takes no result any more; before it, more are paid than the price buys.
    const late = inserted(log, index + 1, commit, reveal, opened, pay)
    await expect(audit(late)).rejects.toMatchObject({ index: index + 2, entry: 'reveal' })
    const early = inserted(log, index, commit, reveal, opened, pay)
    await expect(audit(early)).rejects.toMatchObject({ index: index + 3, entry: 'pay' })
    // Without a commitment, or with one that another signed, it does not even come so far.
    await expect(audit(inserted(log, index, pay))).rejects.toMatchObject({ index, entry: 'pay' })
    const forged: LogEntry = {
      ...commit,
      signature: signDigest(sessionKeyOf(new Uint8Array(32).fill(4)), commitment),
    }
    await expect(audit(inserted(log, index, forged))).rejects.toMatchObject({ index, entry: 'commit' })
  })

  test('[O13] that leaves out a commitment, a draw or a verdict is stopped at what rests on it', async () => {
    for (const kind of ['commit', 'reveal', 'draw', 'verdict', 'opening', 'pay'] as const) {
      const entries = kind === 'draw' ? audited : log
      const behind = new ChainBehind(entries)
      // One that was paid; what was refused anyway leaves no trace but with whoever made it.
      const paid = new Set(entries.flatMap((entry) => (entry.kind === 'pay' ? [entry.assignment] : [])))
      const { index } = placeOf(entries, kind, (entry) =>
        'assignment' in entry ? paid.has(entry.assignment) : true,
      )
      const without = entries.filter((_, place) => place !== index)
      await expect(audit(without, behind), kind).rejects.toBeInstanceOf(LogFault)
    }
  })

  test('[O13] that takes back what it has published is stopped, also by an auditor that has been away', async () => {
    const memory = new MemoryOfAudits()
    const half = log.slice(0, 80)
    await anAuditor(new ServedLog(half), chain, { memory }).catchUp()
    const { index } = placeOf(log, 'commit', ({ assignment }) => !assignment.endsWith('/0'))
    const other = log.filter((_, place) => place !== index)
    await expect(anAuditor(new ServedLog(other), chain, { memory }).catchUp()).rejects.toBeInstanceOf(
      LogFault,
    )
    await expect(anAuditor(new ServedLog(log.slice(0, 79)), chain, { memory }).catchUp()).rejects.toThrow(
      'had 80 entries, and shows 79',
    )
    expect(await anAuditor(new ServedLog(log), chain, { memory }).catchUp()).toBe(log.length)
  })

  test('[O13] that shows one auditor two trees of one size is stopped', async () => {
    const served = new ServedLog(log.slice(0, 60))
    const auditor = anAuditor(served, chain)
    await auditor.catchUp()
    served.entries = new ServedLog([...log.slice(0, 59), ...log.slice(60, 61)]).entries
    await expect(auditor.catchUp()).rejects.toThrow('forked')
  })

  test('[O13] that says more was paid in than the escrow holds, or draws with values of its own, is stopped', async () => {
    const { index, entry } = placeOf(log, 'fund')
    const richer = log.with(index, { ...entry, fundedWei: `${BigInt(entry.fundedWei) + 1n}` })
    await expect(audit(richer)).rejects.toMatchObject({ index, entry: 'fund' })
    const { index: at, entry: draw } = placeOf(audited, 'draw')
    const value: Hex = `0x${'ab'.repeat(32)}`
    const loaded = audited.map((one) =>
      one.kind === 'draw' && one.round === draw.round ? { ...one, value } : one,
    )
    await expect(audit(loaded, new ChainBehind(audited))).rejects.toMatchObject({ index: at, entry: 'draw' })
  })

  test('[O13] that posts another root than follows from the log is stopped', async () => {
    const { index } = placeOf(log, 'posted')
    const behind = new ChainBehind(log)
    const honest = behind.activated.bind(behind)
    behind.activated = async (epoch) => {
      const posted = await honest(epoch)
      return posted && { ...posted, root: `0x${'cd'.repeat(32)}` }
    }
    await expect(audit(log, behind)).rejects.toMatchObject({ index, entry: 'posted' })
  })
})

describe('attestations', () => {
  const signer = sessionKeyOf(new Uint8Array(32).fill(5))

  async function anAttestation(memory = new MemoryOfAudits()) {
    const auditor = anAuditor(new ServedLog(log), chain, { memory, signer })
    await auditor.catchUp()
    assert(auditor.lastEpoch, 'the log has an epoch')
    return { auditor, memory, attestation: auditor.attestationOf(auditor.lastEpoch) }
  }

  test('[O14] what follows from the log is signed, and the contract can tell by whom', async () => {
    const { auditor, attestation } = await anAttestation()
    const { signature } = await auditor.attest(attestation)
    const bytes = fromHex(signature)
    expect([27, 28]).toContain(bytes[64])
    bytes[64] = (bytes[64] ?? 0) - 27
    const digest = attestationDigest(attestation, { chainId: 31_337, settlement })
    expect(signerOf(digest, toHex(bytes))).toBe(signer.provider)
  })

  test.each<[string, (honest: EpochAttestation) => Partial<EpochAttestation>]>([
    ['root', () => ({ payRoot: `0x${'11'.repeat(32)}` })],
    ['sum of pay', ({ totalEarnedWei }) => ({ totalEarnedWei: totalEarnedWei + 1n })],
    ['sum of charges', ({ totalChargedWei }) => ({ totalChargedWei: totalChargedWei + 1n })],
    ['hash of charges', () => ({ chargesHash: `0x${'22'.repeat(32)}` })],
    ['head of the log', () => ({ logRoot: `0x${'33'.repeat(32)}` })],
    ['size of the log', ({ logSize }) => ({ logSize: logSize + 1 })],
    ['head before its entry', () => ({ logSize: 1 })],
    ['number', ({ epoch }) => ({ epoch: epoch + 1 })],
  ])('[O14] another %s is not signed', async (_what, change) => {
    const { auditor, memory, attestation } = await anAttestation()
    await expect(auditor.attest({ ...attestation, ...change(attestation) })).rejects.toBeInstanceOf(LogFault)
    expect(memory.state?.signed).toEqual({})
  })

  test('[O14] of one epoch only one attestation is ever signed, also after a restart', async () => {
    const { auditor, memory, attestation } = await anAttestation()
    const { signature } = await auditor.attest(attestation)
    const again = await anAttestation(memory)
    expect(await again.auditor.attest(attestation)).toMatchObject({ signature })
    const earlier = { ...attestation, logSize: attestation.logSize - 1 }
    const follower = anAuditor(new ServedLog(log.slice(0, -1)), chain)
    await follower.catchUp()
    const { logRoot } = follower.attestationOf(again.auditor.lastEpoch ?? { ...attestation, index: 0 })
    await expect(again.auditor.attest({ ...earlier, logRoot })).rejects.toThrow('signed before')
  })
})
