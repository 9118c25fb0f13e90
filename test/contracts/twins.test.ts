// The contracts' rules that TypeScript repeats, each compared with the contract itself.
import { pad, zeroHash } from 'viem'
import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobIdOf } from '#protocol/job-spec.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import { startAnvil } from './anvil.ts'
import type { Anvil } from './anvil.ts'
import { deploy } from './deployment.ts'
import type { Deployment } from './deployment.ts'

let anvil: Anvil
let world: Deployment

beforeAll(async () => {
  anvil = await startAnvil()
  world = await deploy(anvil.url)
})
afterAll(() => anvil.stop())

test('a job has the same id on both sides', async () => {
  for (const [requester, salt] of [
    [address(1), zeroHash],
    [address(0xabcdef), pad('0x1234', { size: 32 })],
  ] as const) {
    expect(jobIdOf(requester, salt)).toBe(await world.relayer.escrow.read.jobIdOf([requester, salt]))
  }
})

test.each([1, 2, 3, 7, 16])('a payout tree of %i leaves is one the settlement pays by', async (count) => {
  const { operator, requester, relayer, mined } = world
  const providers = Array.from({ length: count }, (_, index) => address(1000 * count + index))
  const earnings = providers.map((provider, index) => ({
    provider,
    cumulativeWei: 10n ** 18n + BigInt(index),
  }))
  const total = earnings.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)
  const totalEarned = (await relayer.settlement.read.totalEarned()) + total

  const salt = pad(address(count), { size: 32 })
  const refundableAt = (await world.reader.getBlock()).timestamp + 3600n
  await mined(operator.token.write.mint([requester.account.address, total]))
  await mined(requester.token.write.approve([operator.escrow.address, total]))
  await mined(requester.escrow.write.fund([salt, total, refundableAt]))

  const tree = buildPayoutTree(earnings)
  const epoch = (await relayer.settlement.read.epoch()) + 1n
  const charges = [{ jobId: jobIdOf(requester.account.address, salt), cumulative: total }]
  await mined(operator.settlement.write.postEpoch([epoch, tree.root, totalEarned, charges, []]))
  const claims = earnings.map(({ provider, cumulativeWei }) => ({
    account: provider,
    cumulative: cumulativeWei,
    proof: tree.proofOf(provider) ?? [],
  }))
  await mined(relayer.settlement.write.claimMany([claims]))
  for (const { provider, cumulativeWei } of earnings) {
    expect(await relayer.token.read.balanceOf([provider])).toBe(cumulativeWei)
  }
})

function address(number: number): Hex {
  return pad(`0x${number.toString(16).padStart(6, '0')}`, { size: 20 })
}
