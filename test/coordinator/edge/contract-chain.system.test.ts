import { createPublicClient, createTestClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settlement } from '#contracts/artifacts.ts'
import { attestationDigest, chargesHashOf } from '#protocol/attestation.ts'
import { toHex } from '#protocol/bytes.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import type { AttestedEpoch } from '#coordinator/core/state.ts'
import { ChainBlocks } from '#coordinator/edge/chain/block-source.ts'
import { ContractChain } from '#coordinator/edge/chain/contract-chain.ts'
import { deployContracts } from '#coordinator/edge/chain/deploy.ts'
import { ethereumSignature } from '#coordinator/edge/chain/own-auditor.ts'
import { startAnvil, type Anvil } from '../../contracts/anvil.ts'
import { auditorKeys, logKey } from '../../contracts/deployment.ts'
import { fundSmallJob, smallJob } from '../../settlement/fund-small-job.ts'
import { providerOf } from '../core/a-world.ts'

const delaySeconds = 3_600
const operator = privateKeyToAccount(toHex(new Uint8Array(32).fill(6)))
const provider = providerOf('A')
let anvil: Anvil

beforeAll(async () => {
  anvil = await startAnvil()
})
afterAll(() => anvil.stop())

/** A chain of its own contracts, which wait an hour for a veto; its job is funded. */
async function aChain(confirmations = 1) {
  const transport = http(anvil.url)
  const reader = createPublicClient({ chain: foundry, transport, pollingInterval: 10, cacheTime: 0 })
  const node = createTestClient({ chain: foundry, mode: 'anvil', transport })
  const walletOf = (account: typeof operator) => createWalletClient({ account, chain: foundry, transport })
  for (const address of [operator.address, ...auditorKeys.map((key) => key.provider)])
    await node.setBalance({ address, value: 10n ** 21n })
  const contracts = await deployContracts(reader, walletOf(operator), {
    auditors: auditorKeys.map((key) => key.provider),
    threshold: 2,
    activationDelaySeconds: delaySeconds,
    log: logKey.provider,
    unbondingDelaySeconds: 0,
  })
  const makeDurable = () => Promise.resolve()
  const chain = new ContractChain({
    ...{ contracts, reader, account: operator, makeDurable, faucet: true, close: makeDurable },
    blocks: new ChainBlocks({ reader, makeDurable }),
    confirmations,
  })
  const place = { chainId: foundry.id, settlement: contracts.settlement }
  const attested = (number: number, wei: bigint): AttestedEpoch => {
    const earnings = [{ provider, cumulativeWei: wei }]
    const charges = [{ job: smallJob.id, cumulativeWei: wei }]
    const attestation = {
      ...{ epoch: number, logSize: number, logRoot: smallJob.id, payRoot: buildPayoutTree(earnings).root },
      ...{ totalEarnedWei: wei, totalChargedWei: wei, chargesHash: chargesHashOf(charges, []) },
    }
    const signatures = auditorKeys.slice(0, 2).map((key) => ({
      auditor: key.provider,
      signature: ethereumSignature(key, attestationDigest(attestation, place)),
    }))
    return { number, earnings, charges, closedJobs: [], attestation, signatures }
  }
  const veto = async (epoch: number) => {
    const auditor = walletOf(privateKeyToAccount(toHex(auditorKeys[2]?.secret ?? new Uint8Array(32))))
    const address = contracts.settlement
    const args = [BigInt(epoch)] as const
    const hash = await auditor.writeContract({ address, abi: settlement.abi, functionName: 'veto', args })
    await reader.waitForTransactionReceipt({ hash })
  }
  const pass = async (seconds: number) => {
    await node.increaseTime({ seconds })
    await node.mine({ blocks: 1 })
  }
  return { chain, node, attested, veto, pass }
}

test('[M9] a proposal waits, takes effect after its delay, is paid, and is never sent twice', async () => {
  const { chain, attested, pass } = await aChain()
  await fundSmallJob(chain, smallJob)
  const epoch = attested(1, 10n)
  const proposed = await chain.postEpoch(epoch)
  expect(proposed.kind).toBe('pending')
  const height = await chain.blocks.height()
  expect(await chain.postEpoch(epoch)).toEqual(proposed)
  expect(await chain.blocks.height()).toBe(height)

  await pass(delaySeconds)
  const active = await chain.postEpoch(epoch)
  expect(active).toMatchObject({ kind: 'active', transaction: expect.stringMatching(/^0x/) as unknown })
  expect(await chain.postEpoch(epoch)).toEqual(active)
  expect(await chain.claimedBy(provider)).toBe(0n)
  const claims = [{ provider, cumulativeWei: 10n, proof: [] }]
  for (let turn = 0; turn < 2; turn += 1) {
    await chain.payClaims(claims)
    expect(await chain.claimedBy(provider)).toBe(10n)
  }
})

test('[M9] [K8] a vetoed proposal is told as stopped, and the next number takes its place', async () => {
  const { chain, attested, veto, pass } = await aChain()
  await fundSmallJob(chain, smallJob)
  await chain.postEpoch(attested(1, 10n))
  await veto(1)
  const stopped = { kind: 'stopped', reason: 'an auditor has vetoed it' }
  expect(await chain.postEpoch(attested(1, 10n))).toEqual(stopped)
  expect((await chain.postEpoch(attested(2, 10n))).kind).toBe('pending')
  expect(await chain.postEpoch(attested(1, 10n))).toMatchObject({ kind: 'stopped' })
  await pass(delaySeconds)
  expect((await chain.postEpoch(attested(2, 10n))).kind).toBe('active')
  // Another epoch of the same number is not the one that is in effect.
  expect(await chain.postEpoch(attested(2, 20n))).toMatchObject({ kind: 'stopped' })
})

test('[M10] an epoch counts only under as many blocks as are asked for', async () => {
  const { chain, node, attested, pass } = await aChain(3)
  await node.setIntervalMining({ interval: 1 })
  try {
    await fundSmallJob(chain, smallJob)
    expect((await chain.postEpoch(attested(1, 10n))).kind).toBe('pending')
    await pass(delaySeconds)
    const before = await chain.blocks.height()
    expect((await chain.postEpoch(attested(1, 10n))).kind).toBe('active')
    expect(await chain.blocks.height()).toBeGreaterThanOrEqual(before + 3)
  } finally {
    await node.setIntervalMining({ interval: 0 })
    await node.setAutomine(true)
  }
})
