import { rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, parseEther } from 'viem'
import { expect, test } from 'vitest'
import { maskToken } from '#contracts/artifacts.ts'
import { assert } from '#protocol/assert.ts'
import type { Chain } from '#coordinator/edge/chain/chain.ts'
import { ChainBeacon } from '#coordinator/edge/beacon/chain-beacon.ts'
import type { BlockSource } from '#coordinator/edge/chain/block-source.ts'
import { startDevelopmentChain } from '#coordinator/edge/chain/development-chain.ts'
import { SystemClock } from '#coordinator/edge/clock.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { anvilProcessId } from './anvil-process.ts'

const someone = `0x${'ab'.repeat(20)}` as const

async function grantTo(chain: Chain): Promise<void> {
  const granted = await chain.grant?.(someone)
  assert(granted, 'a development chain grants')
}

async function balanceOf(chain: Chain): Promise<bigint> {
  const data = encodeFunctionData({ abi: maskToken.abi, functionName: 'balanceOf', args: [someone] })
  const call = [{ to: chain.contracts.token, data }, 'latest']
  return BigInt(String(await chain.relayRpc({ method: 'eth_call', params: call })))
}

interface Round {
  readonly round: number
  readonly value: string
}

/** What a beacon over these blocks says at its start. */
async function roundsOf(blocks: BlockSource, named: number[]): Promise<Round[]> {
  const beacon = new ChainBeacon({ blocks, clock: new SystemClock(), log: createLog('silent') })
  const said: Round[] = []
  await beacon.start(named, (round, value) => said.push({ round, value }))
  await beacon.close()
  return said
}

async function newestRoundOf(blocks: BlockSource): Promise<Round> {
  const newest = (await roundsOf(blocks, [])).at(-1)
  assert(newest, 'a chain with a block has a round')
  return newest
}

test.runIf(process.platform === 'linux')(
  '[D6] what the embedded chain has confirmed survives kill -9 of its node',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
    const died = Promise.withResolvers<string>()
    let known: Round
    const first = await startDevelopmentChain(folder, died.resolve)
    try {
      await grantTo(first)
      await first.blocks.mine?.()
      known = await newestRoundOf(first.blocks)
      process.kill(anvilProcessId(), 'SIGKILL')
      expect(await died.promise).toContain('the development chain ended')
    } finally {
      await first.close()
    }
    const second = await startDevelopmentChain(folder, () => undefined)
    try {
      expect(second.contracts).toEqual(first.contracts)
      expect(await balanceOf(second)).toBe(parseEther('1000'))
      await second.blocks.mine?.()
      expect(await roundsOf(second.blocks, [known.round])).toContainEqual(known)
      await grantTo(second)
      expect(await balanceOf(second)).toBe(parseEther('2000'))
    } finally {
      await second.close()
      await rm(folder, { recursive: true })
    }
  },
  60_000,
)
