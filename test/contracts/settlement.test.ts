import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { isHex, pad, parseEther, parseEventLogs, zeroHash } from 'viem'
import type { Address, Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settlement as artifact } from '#contracts/artifacts.ts'
import { startAnvil } from './anvil.ts'
import { attestedEpoch } from './attested-epoch.ts'
import type { Anvil } from './anvil.ts'
import { deploy, refusalOf } from './deployment.ts'
import type { Deployment } from './deployment.ts'
import { signPermit } from './permit.ts'

const ada: Address = '0x00000000000000000000000000000000000000Ad'
const bob: Address = '0x0000000000000000000000000000000000000b0b'
const salt = pad('0x01', { size: 32 })
const hour = 3600n

let anvil: Anvil
let world: Deployment

beforeAll(async () => {
  anvil = await startAnvil()
  world = await deploy(anvil.url)
})
afterAll(() => anvil.stop())

test('one budget pays two providers over two epochs, and what is left goes back', async () => {
  const { operator, requester, relayer, mined } = world
  const holders = {
    requester: requester.account.address,
    escrow: operator.escrow.address,
    settlement: operator.settlement.address,
    ada,
    bob,
  }
  const balances = () => balancesOf(holders)

  await mined(operator.token.write.mint([holders.requester, mask(100)]))
  const deadline = (await now()) + hour
  const { v, r, s } = await signPermit(world, mask(100), deadline)
  await mined(requester.escrow.write.fundWithPermit([salt, mask(100), deadline, deadline, v, r, s]))
  expect(await balances()).toEqual(sums({ requester: 0, escrow: 100, settlement: 0, ada: 0, bob: 0 }))

  const job = await relayer.escrow.read.jobIdOf([holders.requester, salt])
  const first = treeOf({ ada: 30, bob: 15 })
  const epoch = await attestedEpoch(world, {
    payRoot: root(first),
    totalEarnedWei: mask(45),
    totalChargedWei: mask(50),
    charges: [{ job, cumulativeWei: mask(50) }],
    closedJobs: [],
  })
  const posted = await mined(relayer.settlement.write.proposeEpoch(epoch))
  expect(
    parseEventLogs({ abi: artifact.abi, logs: posted.logs, eventName: 'EpochActivated' })[0]?.args,
  ).toEqual({
    epoch: 1n,
    root: root(first),
    totalEarned: mask(45),
    totalCharged: mask(50),
    logSize: 10n,
    logRoot: root(first),
  })
  await mined(relayer.settlement.write.claim([ada, mask(30), proof(first, ada)]))
  expect(await balances()).toEqual(sums({ requester: 0, escrow: 50, settlement: 20, ada: 30, bob: 0 }))
  const again = relayer.settlement.simulate.claim([ada, mask(30), proof(first, ada)])
  expect(await refusalOf(again)).toBe('NothingToClaim')

  const second = treeOf({ ada: 40, bob: 25 })
  const next = await attestedEpoch(world, {
    payRoot: root(second),
    totalEarnedWei: mask(65),
    totalChargedWei: mask(70),
    charges: [{ job, cumulativeWei: mask(70) }],
    closedJobs: [job],
  })
  await mined(relayer.settlement.write.proposeEpoch(next))
  expect(await relayer.escrow.read.jobs([job])).toEqual({
    requester: holders.requester,
    refundableAt: deadline,
    state: 2,
    funded: mask(100),
    charged: mask(70),
    refunded: mask(30),
  })
  const stale = relayer.settlement.simulate.claim([bob, mask(15), proof(first, bob)])
  expect(await refusalOf(stale)).toBe('InvalidProof')
  await mined(
    relayer.settlement.write.claimMany([
      [
        { account: ada, cumulative: mask(40), proof: proof(second, ada) },
        { account: bob, cumulative: mask(25), proof: proof(second, bob) },
        { account: ada, cumulative: mask(40), proof: proof(second, ada) },
      ],
    ]),
  )
  expect(await balances()).toEqual(sums({ requester: 30, escrow: 0, settlement: 5, ada: 40, bob: 25 }))
  expect(await relayer.settlement.read.claimed([ada])).toBe(mask(40))
  expect(await relayer.settlement.read.totalClaimed()).toBe(mask(65))
})

test('after the deadline anyone sends an unspent budget back to its requester', async () => {
  const { operator, requester, relayer, mined, clock } = world
  const owner = requester.account.address
  const before = await relayer.token.read.balanceOf([owner])
  await mined(operator.token.write.mint([owner, mask(8)]))
  await mined(requester.token.write.approve([operator.escrow.address, mask(8)]))
  const salt = pad('0x02', { size: 32 })
  await mined(requester.escrow.write.fund([salt, mask(8), (await now()) + hour]))
  const job = await relayer.escrow.read.jobIdOf([owner, salt])

  expect(await refusalOf(relayer.escrow.simulate.refund([job]))).toBe('NotYetRefundable')
  await clock.increaseTime({ seconds: Number(hour) })
  await clock.mine({ blocks: 1 })
  await mined(relayer.escrow.write.refund([job]))
  expect(await relayer.token.read.balanceOf([owner])).toBe(before + mask(8))
})

test('an error of the escrow or the token keeps its name on the way through its callers', async () => {
  const { requester, relayer } = world
  const job = await relayer.escrow.read.jobIdOf([requester.account.address, salt])
  const epoch = {
    payRoot: zeroHash,
    totalEarnedWei: mask(65),
    totalChargedWei: mask(101),
    charges: [{ job, cumulativeWei: mask(101) }],
    closedJobs: [],
  }
  const { account } = relayer
  const overcharge = relayer.settlement.simulate.proposeEpoch(await attestedEpoch(world, epoch), { account })
  expect(await refusalOf(overcharge)).toBe('JobNotOpen')
  const tooFew = relayer.settlement.simulate.proposeEpoch(await attestedEpoch(world, epoch, 1), { account })
  expect(await refusalOf(tooFew)).toBe('TooFewSignatures')
  const third = [pad('0x03', { size: 32 }), mask(1), (await now()) + hour] as const
  const unpaid = requester.escrow.simulate.fund(third, { account: requester.account })
  expect(await refusalOf(unpaid)).toBe('ERC20InsufficientAllowance')
})

function mask(amount: number): bigint {
  return parseEther(String(amount))
}

function sums<Name extends string>(amounts: Record<Name, number>): Record<Name, bigint> {
  const entries = Object.entries<number>(amounts).map(([name, amount]) => [name, mask(amount)] as const)
  return Object.fromEntries(entries) as Record<Name, bigint>
}

async function balancesOf<Name extends string>(
  holders: Record<Name, Address>,
): Promise<Record<Name, bigint>> {
  const entries = Object.entries<Address>(holders).map(
    async ([name, holder]) => [name, await world.relayer.token.read.balanceOf([holder])] as const,
  )
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, bigint>
}

function treeOf(earned: { ada: number; bob: number }): StandardMerkleTree<[Address, bigint]> {
  return StandardMerkleTree.of(
    [
      [ada, mask(earned.ada)],
      [bob, mask(earned.bob)],
    ],
    ['address', 'uint256'],
  )
}

function root(tree: StandardMerkleTree<[Address, bigint]>): Hex {
  return hex(tree.root)
}

function proof(tree: StandardMerkleTree<[Address, bigint]>, account: Address): Hex[] {
  for (const [index, [holder]] of tree.entries()) {
    if (holder === account) return tree.getProof(index).map(hex)
  }
  throw new Error(`no leaf for ${account}`)
}

function hex(text: string): Hex {
  if (!isHex(text)) throw new Error(`not hexadecimal: ${text}`)
  return text
}

async function now(): Promise<bigint> {
  return (await world.reader.getBlock()).timestamp
}
