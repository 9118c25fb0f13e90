import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { isHex, pad, parseEther, parseEventLogs, parseSignature, zeroHash } from 'viem'
import type { Address, Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settlement as artifact } from '#contracts/artifacts.ts'
import { startAnvil } from './anvil.ts'
import type { Anvil } from './anvil.ts'
import { deploy, refusalOf } from './deployment.ts'

const ada: Address = '0x00000000000000000000000000000000000000Ad'
const bob: Address = '0x0000000000000000000000000000000000000b0b'
const salt = pad('0x01', { size: 32 })
const hour = 3600n

let anvil: Anvil
let world: Awaited<ReturnType<typeof deploy>>

beforeAll(async () => {
  anvil = await startAnvil()
  world = await deploy(anvil.url)
})
afterAll(() => anvil.stop())

test('one budget pays two providers over two epochs, and what is left goes back', async () => {
  const { operator, asRequester, asRelayer, mined, requester } = world
  const holders = {
    requester: requester.account.address,
    escrow: operator.escrow.address,
    settlement: operator.settlement.address,
    ada,
    bob,
  }
  const balances = () => world.balances(holders)

  await mined(operator.token.write.mint([holders.requester, mask(100)]))
  const { deadline, v, r, s } = await signPermit(mask(100))
  await mined(asRequester.escrow.write.fundWithPermit([salt, mask(100), deadline, deadline, v, r, s]))
  expect(await balances()).toEqual(sums({ requester: 0, escrow: 100, settlement: 0, ada: 0, bob: 0 }))

  const job = await asRelayer.escrow.read.jobIdOf([holders.requester, salt])
  const first = treeOf({ ada: 30, bob: 15 })
  const charge = [{ jobId: job, cumulative: mask(50) }]
  const posted = await mined(operator.settlement.write.postEpoch([1n, root(first), mask(45), charge, []]))
  expect(parseEventLogs({ abi: artifact.abi, logs: posted.logs, eventName: 'EpochPosted' })[0]?.args).toEqual(
    {
      epoch: 1n,
      root: root(first),
      totalEarned: mask(45),
      totalCharged: mask(50),
    },
  )
  await mined(asRelayer.settlement.write.claim([ada, mask(30), proof(first, ada)]))
  expect(await balances()).toEqual(sums({ requester: 0, escrow: 50, settlement: 20, ada: 30, bob: 0 }))
  const again = asRelayer.settlement.simulate.claim([ada, mask(30), proof(first, ada)])
  expect(await refusalOf(again)).toBe('NothingToClaim')

  const second = treeOf({ ada: 40, bob: 25 })
  await mined(
    operator.settlement.write.postEpoch([
      2n,
      root(second),
      mask(65),
      [{ jobId: job, cumulative: mask(70) }],
      [job],
    ]),
  )
  expect(await asRelayer.escrow.read.jobs([job])).toEqual({
    requester: holders.requester,
    refundableAt: deadline,
    state: 2,
    funded: mask(100),
    charged: mask(70),
    refunded: mask(30),
  })
  const stale = asRelayer.settlement.simulate.claim([bob, mask(15), proof(first, bob)])
  expect(await refusalOf(stale)).toBe('InvalidProof')
  await mined(
    asRelayer.settlement.write.claimMany([
      [
        { account: ada, cumulative: mask(40), proof: proof(second, ada) },
        { account: bob, cumulative: mask(25), proof: proof(second, bob) },
        { account: ada, cumulative: mask(40), proof: proof(second, ada) },
      ],
    ]),
  )
  expect(await balances()).toEqual(sums({ requester: 30, escrow: 0, settlement: 5, ada: 40, bob: 25 }))
  expect(await asRelayer.settlement.read.claimed([ada])).toBe(mask(40))
  expect(await asRelayer.settlement.read.totalClaimed()).toBe(mask(65))
})

test('after the deadline anyone sends an unspent budget back to its requester', async () => {
  const { operator, asRequester, asRelayer, mined, clock, requester } = world
  const holder = { requester: requester.account.address }
  const before = (await world.balances(holder)).requester
  await mined(operator.token.write.mint([holder.requester, mask(8)]))
  await mined(asRequester.token.write.approve([operator.escrow.address, mask(8)]))
  const salt = pad('0x02', { size: 32 })
  await mined(asRequester.escrow.write.fund([salt, mask(8), (await now()) + hour]))
  const job = await asRelayer.escrow.read.jobIdOf([holder.requester, salt])

  expect(await refusalOf(asRelayer.escrow.simulate.refund([job]))).toBe('NotYetRefundable')
  await clock.increaseTime({ seconds: Number(hour) })
  await clock.mine({ blocks: 1 })
  await mined(asRelayer.escrow.write.refund([job]))
  expect((await world.balances(holder)).requester - before).toBe(mask(8))
})

test('an error of the escrow or the token keeps its name on the way through its callers', async () => {
  const { operator, asRequester, asRelayer, requester } = world
  const next = (await asRelayer.settlement.read.epoch()) + 1n
  const job = await asRelayer.escrow.read.jobIdOf([requester.account.address, salt])
  const charge = [{ jobId: job, cumulative: mask(101) }]
  const overcharge = operator.settlement.simulate.postEpoch([next, zeroHash, mask(65), charge, []])
  expect(await refusalOf(overcharge)).toBe('JobNotOpen')
  const unpaid = asRequester.escrow.simulate.fund([pad('0x03', { size: 32 }), mask(1), (await now()) + hour])
  expect(await refusalOf(unpaid)).toBe('ERC20InsufficientAllowance')
  const impostor = asRelayer.settlement.simulate.postEpoch([next, zeroHash, mask(65), [], []])
  expect(await refusalOf(impostor)).toBe('NotPoster')
})

function mask(amount: number): bigint {
  return parseEther(String(amount))
}

function sums<Name extends string>(amounts: Record<Name, number>): Record<Name, bigint> {
  const entries = Object.entries<number>(amounts).map(([name, amount]) => [name, mask(amount)] as const)
  return Object.fromEntries(entries) as Record<Name, bigint>
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

/** What a wallet does when asked for an ERC-2612 permit for the escrow. */
async function signPermit(value: bigint) {
  const { reader, requester, operator } = world
  const owner = requester.account.address
  const deadline = (await now()) + hour
  const signature = await requester.signTypedData({
    domain: {
      name: 'MASK',
      version: '1',
      chainId: await reader.getChainId(),
      verifyingContract: operator.token.address,
    },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: {
      owner,
      spender: operator.escrow.address,
      value,
      nonce: await operator.token.read.nonces([owner]),
      deadline,
    },
  })
  const { r, s, yParity } = parseSignature(signature)
  return { deadline, v: 27 + yParity, r, s }
}
