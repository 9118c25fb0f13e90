import { rm } from 'node:fs/promises'
import { createPublicClient, http } from 'viem'
import { expect, test } from 'vitest'
import { ChainBeacon } from '#coordinator/edge/beacon/chain-beacon.ts'
import { SeededBeacon } from '#coordinator/edge/beacon/seeded-beacon.ts'
import { Anvil } from '#coordinator/edge/chain/anvil.ts'
import { ChainBlocks, type Block, type BlockSource } from '#coordinator/edge/chain/block-source.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { HandClock } from '#test/coordinator/edge/hand-clock.ts'
import { describeBeacon, type BeaconUnderTest } from './beacon-compliance.ts'
import { aFolder } from './temporary-store.ts'

/** So long that a beacon looks only when a test makes it look. */
const never = 2 ** 31 - 1
const log = createLog('silent')

describeBeacon('from a seed, for simulations', () => {
  const opened: SeededBeacon[] = []
  let newest = 100
  return Promise.resolve({
    open() {
      const beacon = new SeededBeacon({ seed: 7, newest })
      opened.push(beacon)
      return beacon
    },
    newest,
    reach(round) {
      newest = round
      for (const beacon of opened) beacon.reach(round)
      return Promise.resolve()
    },
    dispose: () => Promise.resolve(),
  } satisfies BeaconUnderTest)
})

describeBeacon('from the hashes of a chain’s blocks', async () => {
  const folder = await aFolder()
  const { anvil } = await Anvil.start({ folder, chainId: 31_337, onDeath: () => undefined })
  const reader = createPublicClient({ transport: http(anvil.url) })
  const blocks = new ChainBlocks({ reader, makeDurable: () => anvil.save() })
  const opened: ChainBeacon[] = []
  const { unixMs } = await blocks.block(await blocks.height())
  return {
    open() {
      const beacon = new ChainBeacon({ blocks, clock: new HandClock(), log, lookMs: never })
      opened.push(beacon)
      return beacon
    },
    newest: unixMs / 1_000,
    async reach(round) {
      const tip = await blocks.block(await blocks.height())
      if (round * 1_000 > tip.unixMs) {
        await anvil.call('evm_setNextBlockTimestamp', [round])
        await anvil.mine()
        // A second block of the same round changes nothing about it.
        await anvil.call('evm_setNextBlockTimestamp', [round])
        await anvil.mine()
      }
      for (const beacon of opened) await beacon.look()
    },
    async dispose() {
      await anvil.stop()
      await rm(folder, { recursive: true })
    },
  }
})

/** Blocks that a test writes down. */
class WrittenBlocks implements BlockSource {
  readonly written: Block[] = []
  /** What fails. */
  broken: 'height' | 'block' | undefined

  constructor(...seconds: number[]) {
    for (const second of seconds) this.add(second)
  }

  add(second: number, branch = 0): void {
    const height = this.written.length
    const hash = hashOf(height, branch)
    const parentHash = this.written.at(-1)?.hash ?? hashOf(-1, 0)
    this.written.push({ height, hash, parentHash, unixMs: second * 1_000 })
  }

  height(): Promise<number> {
    if (this.broken === 'height') return Promise.reject(new Error('no connection'))
    return Promise.resolve(this.written.length - 1)
  }

  block(height: number): Promise<Block> {
    const block = this.broken === 'block' ? undefined : this.written[height]
    return block ? Promise.resolve(block) : Promise.reject(new Error('no such block'))
  }
}

function hashOf(height: number, branch: number) {
  return `0x${branch}${(height + 1).toString(16).padStart(63, '0')}` as const
}

async function beaconOver(blocks: BlockSource, depth = 0, named: number[] = [], clock = new HandClock()) {
  const beacon = new ChainBeacon({ blocks, clock, log, depth, lookMs: never })
  const said: [round: number, value: string][] = []
  await beacon.start(named, (round, value) => said.push([round, value]))
  return { beacon, said }
}

test('a block counts once so many have followed it', async () => {
  const blocks = new WrittenBlocks(10, 12, 14)
  const { beacon, said } = await beaconOver(blocks, 2)
  expect(said).toEqual([[10, hashOf(0, 0)]])
  blocks.add(15)
  await beacon.look()
  expect(said.slice(1)).toEqual([
    [11, hashOf(1, 0)],
    [12, hashOf(1, 0)],
  ])
  await beacon.close()
})

test('[T5] a chain that takes back a block that counted ends the draws', async () => {
  const blocks = new WrittenBlocks(10, 11)
  const { beacon, said } = await beaconOver(blocks)
  blocks.written.pop()
  blocks.add(11, 1)
  blocks.add(12, 1)
  await beacon.look()
  expect(said).toEqual([[11, hashOf(1, 0)]])
  expect(beacon.latest()).toBe(11)
  await beacon.close()
})

test('a source that fails for a while is read again, and nothing is left out', async () => {
  const blocks = new WrittenBlocks(10)
  const { beacon, said } = await beaconOver(blocks)
  blocks.add(11)
  blocks.broken = 'height'
  await beacon.look()
  blocks.broken = 'block'
  await beacon.look()
  blocks.broken = undefined
  blocks.add(13)
  await beacon.look()
  expect(said.map(([round]) => round)).toEqual([10, 11, 12, 13])
  await beacon.close()
})

test('a chain that makes no blocks of its own makes one when a round that is wanted has begun, and once a minute', async () => {
  const clock = new HandClock()
  const secondsNow = () => clock.nowMs() / 1_000
  const blocks = new WrittenBlocks(secondsNow())
  const mining = Object.assign(blocks, {
    mine: () => {
      blocks.add(Math.floor(secondsNow()))
      return Promise.resolve()
    },
  })
  const { beacon, said } = await beaconOver(mining, 0, [secondsNow() + 2], clock)
  const begun = secondsNow()
  await beacon.look()
  clock.pass(1_900)
  await beacon.look()
  expect(blocks.written).toHaveLength(1)
  clock.pass(100)
  await beacon.look()
  await beacon.look()
  expect(blocks.written).toHaveLength(2)
  expect(said.map(([round]) => round - begun)).toEqual([0, 1, 2])
  clock.pass(61_000)
  await beacon.look()
  await beacon.look()
  expect(blocks.written).toHaveLength(3)
  beacon.want(begun + 64)
  clock.pass(1_000)
  await beacon.look()
  expect(said.at(-1)?.[0]).toBe(begun + 64)
  await beacon.close()
})
