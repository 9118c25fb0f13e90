import { toHex, type Hex } from '#protocol/bytes.ts'
import { jobIdOf } from '#protocol/job-spec.ts'
import { buildPayoutTree, type Earning, type PayoutTree } from '#protocol/payout-tree.ts'
import { startAnvil } from '../../contracts/anvil.ts'
import { attestedEpoch } from '../../contracts/attested-epoch.ts'
import { deploy, type Deployment } from '../../contracts/deployment.ts'
import { signPermit } from '../../contracts/permit.ts'

/** Gas of one transaction each, from the receipts of a real node; funding by the approve path is two transactions. */
export interface GasFigures {
  readonly fundApprove: { readonly approve: number; readonly fund: number }
  readonly fundPermit: number
  readonly topUp: number
  /** An epoch that charges one job, by two of three auditors; the first one fills empty slots. */
  readonly firstRoot: number
  readonly nextRoot: number
  readonly byPayees: readonly ClaimGas[]
}

export interface ClaimGas {
  readonly payees: number
  readonly firstClaim: number
  readonly nextClaim: number
  /** Of a batch of twenty that have claimed before, for each of them. */
  readonly batchClaimEach: number
}

const batchSize = 20
const budgetWei = 10n ** 24n

/** Deploys on a node of its own for every count of payees and reads what the transactions cost. */
export async function measureGas(payeeCounts: readonly number[]): Promise<GasFigures> {
  const byPayees: ClaimGas[] = []
  let funding: Omit<GasFigures, 'byPayees'> | undefined
  for (const payees of payeeCounts) {
    const anvil = await startAnvil()
    try {
      const world = await deploy(anvil.url)
      const funds = await fundAndCharge(world)
      byPayees.push(await measureClaims(world, payees, funds.job))
      funding ??= funds.gas
    } finally {
      await anvil.stop()
    }
  }
  if (!funding) throw new Error('there is no count of payees to measure')
  return { ...funding, byPayees }
}

async function fundAndCharge(world: Deployment): Promise<{ job: Hex; gas: Omit<GasFigures, 'byPayees'> }> {
  const { operator, requester } = world
  const owner = requester.account.address
  const deadline = (await world.reader.getBlock()).timestamp + 3600n
  await gasOf(world, operator.token.write.mint([owner, 4n * budgetWei]))
  const escrow = operator.escrow.address
  // The first funding of all fills the escrow's own balance; nobody pays that twice.
  await gasOf(world, requester.token.write.approve([escrow, budgetWei]))
  await gasOf(world, requester.escrow.write.fund([saltOf(1), budgetWei, deadline]))
  const approve = await gasOf(world, requester.token.write.approve([escrow, budgetWei]))
  const fund = await gasOf(world, requester.escrow.write.fund([saltOf(2), budgetWei, deadline]))
  const permit = await signPermit(world, budgetWei, deadline)
  const { v, r, s } = permit
  const fundPermit = await gasOf(
    world,
    requester.escrow.write.fundWithPermit([saltOf(3), budgetWei, deadline, deadline, v, r, s]),
  )
  await gasOf(world, requester.token.write.approve([escrow, budgetWei]))
  const topUp = await gasOf(world, requester.escrow.write.fund([saltOf(3), budgetWei, deadline]))
  const job = jobIdOf(owner.toLowerCase() as Hex, saltOf(1))
  const earnings = someEarnings(2, 1n)
  const firstRoot = await postRoot(world, buildPayoutTree(earnings), sumOf(earnings), job)
  const more = someEarnings(2, 2n)
  const nextRoot = await postRoot(world, buildPayoutTree(more), sumOf(more), job)
  return { job, gas: { fundApprove: { approve, fund }, fundPermit, topUp, firstRoot, nextRoot } }
}

async function measureClaims(world: Deployment, payees: number, job: Hex): Promise<ClaimGas> {
  const { relayer } = world
  const claimsOf = (earnings: readonly Earning[], tree: PayoutTree, from: number, to: number) =>
    earnings.slice(from, to).map(({ provider, cumulativeWei }) => ({
      account: provider,
      cumulative: cumulativeWei,
      proof: [...(tree.proofOf(provider) ?? [])],
    }))
  const first = someEarnings(payees, 10n ** 15n)
  const firstTree = buildPayoutTree(first)
  await postRoot(world, firstTree, sumOf(first), job)
  const count = Math.min(batchSize, payees - 1)
  await gasOf(world, relayer.settlement.write.claimMany([claimsOf(first, firstTree, 0, count)]))
  const [last] = claimsOf(first, firstTree, payees - 1, payees)
  if (!last) throw new Error('there is a last payee')
  const claim = ({ account, cumulative, proof }: typeof last) =>
    gasOf(world, relayer.settlement.write.claim([account, cumulative, proof]))
  const firstClaim = await claim(last)
  const next = someEarnings(payees, 2n * 10n ** 15n)
  const nextTree = buildPayoutTree(next)
  await postRoot(world, nextTree, sumOf(next), job)
  const [again] = claimsOf(next, nextTree, payees - 1, payees)
  if (!again) throw new Error('there is a last payee')
  const nextClaim = await claim(again)
  const batch = await gasOf(world, relayer.settlement.write.claimMany([claimsOf(next, nextTree, 0, count)]))
  return { payees, firstClaim, nextClaim, batchClaimEach: Math.round(batch / count) }
}

async function postRoot(world: Deployment, tree: PayoutTree, earnedWei: bigint, job: Hex): Promise<number> {
  const epoch = await attestedEpoch(world, {
    payRoot: tree.root,
    totalEarnedWei: earnedWei,
    totalChargedWei: earnedWei,
    charges: [{ job, cumulativeWei: earnedWei }],
    closedJobs: [],
  })
  return gasOf(world, world.relayer.settlement.write.proposeEpoch(epoch))
}

/** So many payees, each of whom has earned so much and a little more than the one before. */
export function someEarnings(payees: number, weiEach: bigint): Earning[] {
  return Array.from({ length: payees }, (_, index) => ({
    provider: `0x5${index.toString(16).padStart(39, '0')}` as const,
    cumulativeWei: weiEach + BigInt(index),
  }))
}

async function gasOf({ mined }: Deployment, sent: Promise<Hex>): Promise<number> {
  return Number((await mined(sent)).gasUsed)
}

function sumOf(earnings: readonly Earning[]): bigint {
  return earnings.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)
}

function saltOf(number: number): Hex {
  return toHex(new Uint8Array(32).fill(number))
}
