import type { Logger } from 'pino'
import type { Block, BlockSource } from '../chain/block-source.ts'
import type { Clock } from '../clock.ts'
import { roundAt, type Beacon, type PublishRound } from './beacon.ts'

export interface ChainBeaconOptions {
  readonly blocks: BlockSource
  readonly clock: Clock
  readonly log: Logger
  readonly roundMs?: number
  /** So many blocks must follow one before its hash counts: more than the chain ever takes back. */
  readonly depth?: number
  readonly lookMs?: number
}

/** A chain that stands still while nobody waits still makes a block now and then, so that few rounds are told at once. */
const idleMsMax = 60_000

/**
 * Rounds out of a chain: a round's value is the hash of the first block that was made at or after its beginning, by the
 * chain's own clock. Anyone who has the chain can check it.
 */
export class ChainBeacon implements Beacon {
  readonly roundMs: number
  readonly #options: ChainBeaconOptions
  readonly #depth: number
  readonly #wanted = new Set<number>()
  #publish: PublishRound | undefined
  #latest: number | undefined
  /** The last block that was told of. */
  #tip: Block | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: ChainBeaconOptions) {
    this.#options = options
    this.roundMs = options.roundMs ?? 1_000
    this.#depth = options.depth ?? 0
  }

  async start(named: Iterable<number>, publish: PublishRound): Promise<void> {
    this.#publish = publish
    for (const round of named) if (round >= 1) this.#wanted.add(round)
    const height = (await this.#options.blocks.height()) - this.#depth
    if (height >= 0) await this.#catchUp(await this.#options.blocks.block(height))
    this.#plan()
  }

  latest(): number | undefined {
    return this.#latest
  }

  want(round: number): void {
    if (round > (this.#latest ?? 0)) this.#wanted.add(round)
  }

  /** Looks for new blocks now; what was seen is published when it settles. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look())
    return this.#looking
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  /** Tells the rounds that were past when we came. */
  async #catchUp(tip: Block): Promise<void> {
    const newest = this.#roundOf(tip)
    const past = [...this.#wanted].filter((round) => round < newest).sort((left, right) => left - right)
    for (const round of [...past, newest]) this.#say(round, await this.#firstBlockOf(round, tip))
    this.#tip = tip
  }

  #plan(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      void this.look().then(() => {
        this.#plan()
      })
    }, this.#options.lookMs ?? 200)
  }

  async #look(): Promise<void> {
    if (this.#closed) return
    try {
      await this.#hearNew()
      if (await this.#mineIfDue()) await this.#hearNew()
    } catch (error) {
      this.#options.log.warn({ error }, 'the beacon could not be read; draws wait, and it is tried again')
    }
  }

  async #hearNew(): Promise<void> {
    const { blocks } = this.#options
    const height = (await blocks.height()) - this.#depth
    for (let next = this.#tip ? this.#tip.height + 1 : 0; next <= height; next += 1)
      this.#hear(await blocks.block(next))
  }

  /** Every round up to a block's time that had no block yet has this one. */
  #hear(block: Block): void {
    if (this.#closed) return
    if (this.#tip && block.parentHash !== this.#tip.hash) {
      this.#closed = true
      this.#options.log.error(
        { block, former: this.#tip },
        'the chain took back a block that was final for the beacon; no draw is made any more. Set a greater depth',
      )
      return
    }
    const newest = this.#roundOf(block)
    for (let round = (this.#latest ?? newest - 1) + 1; round <= newest; round += 1) this.#say(round, block)
    this.#tip = block
  }

  #say(round: number, { hash }: Block): void {
    this.#latest = round
    this.#wanted.delete(round)
    this.#publish?.(round, hash)
  }

  #roundOf({ unixMs }: Block): number {
    return roundAt({ unixMs, roundMs: this.roundMs })
  }

  /** By halving: the time of blocks never falls. */
  async #firstBlockOf(round: number, tip: Block): Promise<Block> {
    let first = tip
    let low = 0
    while (low < first.height) {
      const block = await this.#options.blocks.block(Math.floor((low + first.height) / 2))
      if (block.unixMs >= round * this.roundMs) first = block
      else low = block.height + 1
    }
    return first
  }

  /** @returns whether it made a block */
  async #mineIfDue(): Promise<boolean> {
    const { blocks, clock } = this.#options
    if (!blocks.mine) return false
    const unixMs = clock.nowMs()
    const now = roundAt({ unixMs, roundMs: this.roundMs })
    const isWanted = [...this.#wanted].some((round) => round <= now)
    if (!isWanted && unixMs - (this.#tip?.unixMs ?? 0) <= idleMsMax) return false
    await blocks.mine()
    return true
  }
}
