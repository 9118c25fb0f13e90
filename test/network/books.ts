import { createPublicClient, http } from 'viem'
import { jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'
import type { JobView, NetworkView, ProviderView } from '#protocol/api.ts'
import { jobViewSchema, networkViewSchema, providerViewSchema } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import * as v from 'valibot'

/** A job's money as the contracts have it, beside what the coordinator says. All sums in wei. */
export interface Books {
  readonly fundedWei: bigint
  readonly chargedWei: bigint
  readonly refundedWei: bigint
  /** What the token contract says each provider owns. */
  readonly balances: ReadonlyMap<Hex, bigint>
  readonly escrowBalanceWei: bigint
  readonly settlementBalanceWei: bigint
  readonly totalSupplyWei: bigint
  readonly requesterBalanceWei: bigint
  /** What does not add up; empty when all does. */
  readonly faults: readonly string[]
}

/**
 * Reads the chain through the coordinator's relay and holds it against the job's and the providers' views. All jobs must
 * have been settled, and have had one requester.
 */
export async function readBooks(
  url: string,
  job: JobView,
  providers: readonly ProviderView[],
): Promise<Books> {
  const { contracts } = await readNetwork(url)
  const reader = createPublicClient({ transport: http(`${url}/rpc`) })
  const balanceOf = (account: Hex) =>
    reader.readContract({
      address: contracts.token,
      abi: maskToken.abi,
      functionName: 'balanceOf',
      args: [account],
    })
  const escrowed = await reader.readContract({
    address: contracts.escrow,
    abi: jobEscrow.abi,
    functionName: 'jobs',
    args: [job.id],
  })
  const totalClaimed = await reader.readContract({
    address: contracts.settlement,
    abi: settlement.abi,
    functionName: 'totalClaimed',
  })
  const totalCharged = await reader.readContract({
    address: contracts.settlement,
    abi: settlement.abi,
    functionName: 'totalCharged',
  })
  const jobs = await readJobs(url)
  const balances = new Map<Hex, bigint>()
  for (const id of jobs.flatMap((other) => other.providers.map((share) => share.id)))
    balances.set(id, await balanceOf(id))
  const books = {
    fundedWei: escrowed.funded,
    chargedWei: escrowed.charged,
    refundedWei: escrowed.refunded,
    balances,
    escrowBalanceWei: await balanceOf(contracts.escrow),
    settlementBalanceWei: await balanceOf(contracts.settlement),
    requesterBalanceWei: await balanceOf(job.requester),
    totalSupplyWei: await reader.readContract({
      address: contracts.token,
      abi: maskToken.abi,
      functionName: 'totalSupply',
    }),
  }
  const facts: [string, bigint, bigint][] = [
    ['charged on the chain = charged in the ledger', books.chargedWei, job.chargedWei],
    [
      'charged = earned by its providers',
      job.chargedWei,
      sumOf(job.providers.map(({ earnedWei }) => earnedWei)),
    ],
    // Of a job of quorum 1, checks come on top.
    ...(job.quorum === 1 ? [] : [whatUnitsCost(job)]),
    ['funded = charged + refunded', books.fundedWei, books.chargedWei + books.refundedWei],
    ['the escrow is empty', books.escrowBalanceWei, 0n],
    ['settlement = charged − claimed', books.settlementBalanceWei, totalCharged - totalClaimed],
    [
      'every coin is somewhere',
      books.totalSupplyWei,
      books.requesterBalanceWei +
        books.escrowBalanceWei +
        books.settlementBalanceWei +
        sumOf(balances.values()),
    ],
    ...providers.flatMap(({ id, claimedWei }): [string, bigint, bigint][] => [
      [`wallet of ${id} = claimed`, balances.get(id) ?? 0n, claimedWei],
      [`wallet of ${id} = earned in all jobs`, balances.get(id) ?? 0n, earnedIn(jobs, id)],
    ]),
  ]
  const faults = facts.flatMap(([fact, actual, expected]) =>
    actual === expected ? [] : [`${fact}: ${actual} is not ${expected}`],
  )
  return { ...books, faults }
}

function whatUnitsCost({ chargedWei, unitPriceWei, units }: JobView): [string, bigint, bigint] {
  return ['charged = price × accepted units', chargedWei, unitPriceWei * BigInt(units.accepted)]
}

/** What the ledger says that a provider's accepted results have earned. */
function earnedIn(jobs: readonly JobView[], provider: Hex): bigint {
  const shares = jobs.flatMap((job) => job.providers.filter(({ id }) => id === provider))
  return sumOf(shares.map(({ earnedWei }) => earnedWei))
}

/** The providers that took part in a job, as the coordinator sees them. */
export async function readProviders(url: string, job: JobView): Promise<ProviderView[]> {
  return Promise.all(
    job.providers.map(async ({ id }) =>
      v.parse(providerViewSchema, await readJson(`${url}/api/v1/providers/${id}`)),
    ),
  )
}

export async function readNetwork(url: string): Promise<NetworkView> {
  return v.parse(networkViewSchema, await readJson(`${url}/api/v1/network`))
}

async function readJobs(url: string): Promise<JobView[]> {
  return v.parse(v.array(jobViewSchema), await readJson(`${url}/api/v1/jobs`))
}

async function readJson(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

function sumOf(amounts: Iterable<bigint>): bigint {
  return [...amounts].reduce((sum, amount) => sum + amount, 0n)
}
