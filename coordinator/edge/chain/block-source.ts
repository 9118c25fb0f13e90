import type { PublicClient } from 'viem'
import type { Hex } from '#protocol/bytes.ts'

export interface Block {
  readonly height: number
  readonly hash: Hex
  readonly parentHash: Hex
  /** When it was made, by the chain's own clock. */
  readonly unixMs: number
}

/** The blocks of a chain. What it reports of a block stays true, also after a crash of the coordinator or the chain's node. */
export interface BlockSource {
  /** The height of the newest block. */
  height(): Promise<number>
  block(height: number): Promise<Block>
  /** Development chains only, which make no blocks of their own: makes one now. */
  mine?(): Promise<void>
}

/** The blocks of any EVM network that viem can reach. */
export class ChainBlocks implements BlockSource {
  readonly mine?: () => Promise<void>
  readonly #reader: Pick<PublicClient, 'getBlockNumber' | 'getBlock'>
  readonly #makeDurable: () => Promise<void>

  constructor(options: {
    readonly reader: Pick<PublicClient, 'getBlockNumber' | 'getBlock'>
    /** Makes everything that the chain's node has acknowledged survive a crash; nothing to do on a real network. */
    readonly makeDurable: () => Promise<void>
    readonly mine?: () => Promise<void>
  }) {
    this.#reader = options.reader
    this.#makeDurable = options.makeDurable
    if (options.mine) this.mine = options.mine
  }

  async height(): Promise<number> {
    return Number(await this.#reader.getBlockNumber({ cacheTime: 0 }))
  }

  async block(height: number): Promise<Block> {
    const { hash, parentHash, timestamp } = await this.#reader.getBlock({ blockNumber: BigInt(height) })
    await this.#makeDurable()
    return { height, hash, parentHash, unixMs: Number(timestamp) * 1_000 }
  }
}
