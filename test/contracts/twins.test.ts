// The contracts' rules that TypeScript repeats, each compared with the contract itself.
import fc from 'fast-check'
import {
  createWalletClient,
  encodeAbiParameters,
  hashTypedData,
  http,
  keccak256,
  pad,
  parseAbiParameters,
  zeroHash,
} from 'viem'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attestationDigest, attestationTypedData, chargesHashOf } from '#protocol/attestation.ts'
import { toHex } from '#protocol/bytes.ts'
import { jobIdOf } from '#protocol/job-spec.ts'
import { logHeadDigest, logHeadTypedData } from '#protocol/log-head.ts'
import { logReceiptDigest, logReceiptTypedData } from '#protocol/log-receipt.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import { ethereumSignature } from '#coordinator/edge/chain/own-auditor.ts'
import { startAnvil } from './anvil.ts'
import type { Anvil } from './anvil.ts'
import { attestedEpoch } from './attested-epoch.ts'
import { deploy, logKey, refusalOf } from './deployment.ts'
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
  const epoch = await attestedEpoch(world, {
    payRoot: tree.root,
    totalEarnedWei: totalEarned,
    totalChargedWei: (await relayer.settlement.read.totalCharged()) + total,
    charges: [{ job: jobIdOf(requester.account.address, salt), cumulativeWei: total }],
    closedJobs: [],
  })
  await mined(relayer.settlement.write.proposeEpoch(epoch))
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

const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
/** A number as JavaScript holds it exactly, as an epoch's and a log's sizes are. */
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const wei = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const charge = fc.record({ job: word, cumulativeWei: wei })

test('[P12] an attestation has the same digest here, by viem and in the contract', async () => {
  const { relayer, place } = world
  const attestation = fc.record({
    epoch: whole,
    logSize: whole,
    logRoot: word,
    payRoot: word,
    totalEarnedWei: wei,
    totalChargedWei: wei,
    chargesHash: word,
  })
  await fc.assert(
    fc.asyncProperty(attestation, async (one) => {
      const { message, ...typed } = attestationTypedData(one, place)
      const digest = attestationDigest(one, place)
      expect(hashTypedData({ ...typed, message })).toBe(digest)
      expect(await relayer.settlement.read.attestationDigest([message])).toBe(digest)
    }),
    { numRuns: 50 },
  )
})

test('[P12] so have a head of the log and a receipt', async () => {
  const { relayer, place } = world
  await fc.assert(
    fc.asyncProperty(whole, word, word, async (number, left, right) => {
      const head = logHeadTypedData({ size: number, root: left }, place)
      const headDigest = logHeadDigest({ size: number, root: left }, place)
      expect(hashTypedData(head)).toBe(headDigest)
      expect(await relayer.settlement.read.logHeadDigest([head.message])).toBe(headDigest)
      const receipt = { commitment: left, index: number, leafHash: right }
      const typed = logReceiptTypedData(receipt, place)
      expect(hashTypedData(typed)).toBe(logReceiptDigest(receipt, place))
      expect(await relayer.settlement.read.logReceiptDigest([typed.message])).toBe(
        logReceiptDigest(receipt, place),
      )
    }),
    { numRuns: 50 },
  )
})

test('[P12] charges are hashed as the contract hashes them', () => {
  const charges = parseAbiParameters('(bytes32 jobId, uint256 cumulative)[], bytes32[]')
  fc.assert(
    fc.property(fc.array(charge), fc.array(word), (made, closed) => {
      const argument = made.map(({ job, cumulativeWei }) => ({ jobId: job, cumulative: cumulativeWei }))
      expect(chargesHashOf(made, closed)).toBe(keccak256(encodeAbiParameters(charges, [argument, closed])))
    }),
  )
})

test('[K9] a log that signs two heads of one size loses its bond, half of it to who shows them', async () => {
  const { operator, relayer, mined, place } = world
  const { account } = relayer
  const heads = [1, 2].map((byte) => ({ size: 5, root: toHex(new Uint8Array(32).fill(byte)) }))
  const [first, second] = heads.map((head) => {
    const { message } = logHeadTypedData(head, place)
    return { message, signature: ethereumSignature(logKey, logHeadDigest(head, place)) }
  })
  if (!first || !second) throw new Error('there are two heads')
  const evidence = [first.message, first.signature, second.message, second.signature] as const
  expect(await refusalOf(relayer.bonds.simulate.slashForTwoHeads(evidence, { account }))).toBe('NoBond')

  const log = createWalletClient({
    account: privateKeyToAccount(toHex(logKey.secret)),
    chain: foundry,
    transport: http(anvil.url),
  })
  await mined(operator.wallet.sendTransaction({ to: logKey.provider, value: 10n ** 18n }))
  await mined(operator.token.write.mint([logKey.provider, 101n]))
  const allowance = [operator.bonds.address, 101n] as const
  await mined(log.writeContract({ ...operator.token, functionName: 'approve', args: allowance }))
  await mined(log.writeContract({ ...operator.bonds, functionName: 'deposit', args: [101n] }))
  const before = await relayer.token.read.balanceOf([account.address])
  await mined(relayer.bonds.write.slashForTwoHeads(evidence))
  expect((await relayer.token.read.balanceOf([account.address])) - before).toBe(50n)
  expect(await relayer.token.read.balanceOf([await relayer.bonds.read.GRAVE()])).toBe(51n)
})

function address(number: number): Hex {
  return pad(`0x${number.toString(16).padStart(6, '0')}`, { size: 20 })
}
