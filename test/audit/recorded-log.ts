import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AuditMemory, AuditState } from '#client/audit/audit-state.ts'
import type { AuditedChain, ActivatedEpoch } from '#client/audit/audited-chain.ts'
import { auditedEpochOf, Auditor } from '#client/audit/auditor.ts'
import type { LogSource } from '#client/audit/log-source.ts'
import { signCheckpoint } from '#protocol/log/checkpoint.ts'
import { decodeEntry, encodeEntry, type LogEntry } from '#protocol/log/entries.ts'
import { GrowingTree } from '#protocol/log/growing-tree.ts'
import { leafHashOf } from '#protocol/log/merkle.ts'
import { formatNote, signatureTypes, verifierKeyOf } from '#protocol/log/note.ts'
import { replayEntry } from '#protocol/log/replay/replay.ts'
import { newReplay } from '#protocol/log/replay/state.ts'
import { encodeBundle, tilePathOf, type Tile } from '#protocol/log/tiles.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import { settlement, simulate, type SimulationOptions } from '#test/simulation/simulate.ts'

export const logSigner = { name: 'mask/31337/simulated', secret: new Uint8Array(32).fill(7) }
export const logKey = verifierKeyOf(logSigner, signatureTypes.note)

/** Liars among them, so that there is something to refuse. */
const characters = ['honest', 'honest', 'slow', 'vanishing', 'garbage', 'honest', 'zeros', 'honest'] as const

/** The public log of a simulated network, entry by entry. */
export function recordedLog(options: SimulationOptions): LogEntry[] {
  return simulate({ characters, ...options, recorded: true }).log.map(decodeEntry)
}

/** A log that a coordinator serves: hashed and signed as it ought to be, whatever it says. */
export class ServedLog implements LogSource {
  entries: readonly Uint8Array[]

  constructor(entries: readonly LogEntry[]) {
    this.entries = entries.map(encodeEntry)
  }

  checkpoint(): Promise<string> {
    const tree = new GrowingTree()
    for (const entry of this.entries) tree.append(leafHashOf(entry))
    return Promise.resolve(formatNote(signCheckpoint({ origin: logSigner.name, ...tree.head }, logSigner)))
  }

  key(): Promise<string> {
    return Promise.reject(new Error('it is known'))
  }

  tile(tile: Tile): Promise<Uint8Array> {
    assert(tile.level === 'entries' || tile.level === 0, `nobody asks for ${tilePathOf(tile)}`)
    const entries = this.entries.slice(tile.index * 256, tile.index * 256 + tile.width)
    if (tile.level === 'entries') return Promise.resolve(encodeBundle(entries))
    return Promise.resolve(Uint8Array.from(entries.flatMap((entry) => [...leafHashOf(entry)])))
  }
}

/** What the chain holds of a network whose log is this one, which is in order. */
export class ChainBehind implements AuditedChain {
  readonly #roundMs: number
  readonly #rounds = new Map<number, Hex>()
  readonly #funded = new Map<string, bigint>()
  readonly #epochs = new Map<number, ActivatedEpoch>()

  constructor(entries: readonly LogEntry[]) {
    const replay = newReplay()
    let roundMs = 0
    for (const entry of entries) {
      replayEntry(replay, encodeEntry(entry))
      if (entry.kind === 'rules') roundMs = entry.policy.beaconRoundMs
      if (entry.kind === 'draw') this.#rounds.set(entry.round, entry.value)
      if (entry.kind === 'fund') this.#funded.set(entry.job, BigInt(entry.fundedWei))
      if (entry.kind !== 'posted' || !replay.posted) continue
      const { payRoot: root, totalEarnedWei, totalChargedWei } = auditedEpochOf(replay.posted)
      const transaction = entry.transaction ?? '0x'
      this.#epochs.set(entry.number, { transaction, root, totalEarnedWei, totalChargedWei })
    }
    this.#roundMs = roundMs
  }

  chainId(): Promise<number> {
    return Promise.resolve(31_337)
  }

  firstBlockSince(unixMs: number): Promise<Hex | undefined> {
    return Promise.resolve(this.#rounds.get(unixMs / this.#roundMs))
  }

  funding(job: Hex): Promise<{ fundedWei: bigint; requester: Hex }> {
    return Promise.resolve({ fundedWei: this.#funded.get(job) ?? 0n, requester: '0x' })
  }

  activated(epoch: number): Promise<ActivatedEpoch | undefined> {
    return Promise.resolve(this.#epochs.get(epoch))
  }

  isLinkSigned(): Promise<boolean> {
    return Promise.resolve(false)
  }
}

export class MemoryOfAudits implements AuditMemory {
  state: AuditState | undefined

  load(): Promise<AuditState | undefined> {
    return Promise.resolve(this.state)
  }

  keep(state: AuditState): Promise<void> {
    this.state = state
    return Promise.resolve()
  }
}

/** An auditor of a served log, beside the chain of the honest one. */
export function anAuditor(
  source: LogSource,
  chain: AuditedChain,
  options: { memory?: AuditMemory; signer?: SessionKey } = {},
): Auditor {
  const { memory = new MemoryOfAudits(), signer } = options
  const chainOf = (contract: Hex) => (contract === settlement ? chain : new ChainBehind([]))
  return new Auditor({ source, key: logKey, chainOf, memory, signer })
}
