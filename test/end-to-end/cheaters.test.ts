import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { MaskClient } from '#client/sdk/mask-client.ts'
import type { JobView, ProviderView } from '#protocol/api.ts'
import { readBooks, readNetwork, readProviders } from '../network/books.ts'
import { fabricating, flippingOnce, lazy } from '../network/cheats.ts'
import { Copier, copying, overheard } from '../network/copier.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { mixedNumbers, writeNumberJob } from '../network/number-job.ts'
import type { ProviderBrowser } from '../network/provider-browser.ts'
import { RunningJob } from '../network/running-job.ts'
import { waitFor } from '../network/wait-for.ts'

/** Steps of an exact kernel: of two results that differ, one is wrong. */
const rounds = 20_000

/** An identity has passed its probation after one or two of them. */
const pairsOfJobsMax = 5

let network: LocalNetwork
let honest: [ProviderBrowser, ProviderBrowser]
let cheat: ProviderBrowser | undefined
let jobs = 0

beforeAll(async () => {
  const flags = ['--reference-worker', 'on', '--tail-idle-seconds', '5', '--epoch-seconds', '2']
  network = await LocalNetwork.start({ flags })
  const tab = { workerPatch: overheard }
  honest = [await network.addProvider(tab), await network.addProvider(tab)]
  await online(2)
})

afterEach(async () => {
  await cheat?.close()
  cheat = undefined
  await online(2)
})

afterAll(() => network.stop())

/** Waits until so many tabs have offered their GPU. */
async function online(tabs: number): Promise<void> {
  await waitFor(`${tabs} tabs online`, 120_000, async () => {
    const { providersOnline } = await readNetwork(network.url)
    return providersOnline === tabs || undefined
  })
}

async function aCheat(workerPatch: string): Promise<ProviderBrowser> {
  cheat = await network.addProvider({ workerPatch })
  await online(3)
  return cheat
}

async function aJob(units: number): Promise<RunningJob> {
  jobs += 1
  const name = `numbers ${jobs}`
  const folder = await writeNumberJob(join(network.folder, name), name, { units, rounds, quorum: 1 })
  return RunningJob.submitFolder(network, folder)
}

/** What became of one tab in a job: its share there, and its account. */
interface Fate {
  readonly accepted: number
  readonly refused: number
  readonly earnedWei: bigint
  readonly account: ProviderView | undefined
}

function fateOf(id: string, view: JobView, providers: readonly ProviderView[]): Fate {
  const share = view.providers.find((provider) => provider.id === id)
  const account = providers.find((provider) => provider.id === id)
  return { accepted: 0, refused: 0, earnedWei: 0n, ...share, account }
}

/**
 * Waits for a job's end and holds it against what must be so whatever a tab does: all units done, every result right,
 * no honest result refused, honest work paid in full and claimed, and not a wei charged beyond what was earned.
 */
async function ended(job: RunningJob): Promise<{ view: JobView; providers: ProviderView[] }> {
  const { view, providers } = await job.settled()
  expect(view.units).toMatchObject({ accepted: view.unitCount, failed: 0, cancelled: 0 })
  const results = new MaskClient({ baseUrl: network.url }).job(job.id)
  for (let unit = 0; unit < view.unitCount; unit += 1) {
    const { buffer } = await results.result(unit)
    expect(new Uint32Array(buffer), `unit ${unit}`).toEqual(
      mixedNumbers(unit, { units: view.unitCount, rounds }),
    )
  }
  for (const tab of honest) {
    const { accepted, refused, account } = fateOf(await tab.accountShown(), view, providers)
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBe(0)
    expect(account?.claimedWei).toBeGreaterThan(0n)
  }
  expect(view.chargedWei).toBeGreaterThanOrEqual(view.unitPriceWei * BigInt(view.unitCount))
  expect(view.chargedWei).toBeLessThanOrEqual(view.costWei)
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
  return { view, providers }
}

// The first, while all that a tab does is done twice: so the copier is asked for what others have done before.
test("[F7] [V1] a tab that hands in another's commitment and result as its own is refused every time and paid nothing", async () => {
  const tab = await aCheat(copying)
  const copier = await Copier.between(honest, tab)
  const job = await aJob(24)
  await waitFor('the job to end', 240_000, async () => {
    await copier.copy()
    return (await job.view()).state === 'settled' || undefined
  })
  const { view, providers } = await ended(job)
  await copier.copy()
  const { accepted, refused, earnedWei } = fateOf(await tab.accountShown(), view, providers)
  expect(copier.copies).toBeGreaterThan(0)
  expect(copier.copiesOfSameUnit).toBeGreaterThan(0)
  // Cancelled: somebody else was quicker.
  const told = copier.verdicts.filter(({ outcome }) => outcome !== 'cancelled')
  expect([...new Set(told.map(({ outcome, reason }) => reason ?? outcome))]).toEqual(['commitmentMismatch'])
  expect(refused, 'a copy was refused').toBeGreaterThan(0)
  expect({ accepted, earnedWei }).toEqual({ accepted: 0, earnedWei: 0n })
})

test('[F1] [X4] a tab that fabricates every result is refused every time and paid nothing', async () => {
  const fabricator = await aCheat(fabricating)
  const { view, providers } = await ended(await aJob(24))
  const { accepted, refused, earnedWei, account } = fateOf(await fabricator.accountShown(), view, providers)
  expect(refused, 'it did cheat').toBeGreaterThan(0)
  expect(view.disputes).toBeGreaterThan(0)
  expect({ accepted, earnedWei, claimed: account?.claimedWei }).toEqual({
    accepted: 0,
    earnedWei: 0n,
    claimed: 0n,
  })
})

test('[F2] a lazy tab that hands in zeros for every second unit is paid for what it computed alone', async () => {
  const idler = await aCheat(lazy)
  const { view, providers } = await ended(await aJob(24))
  const { accepted, refused, earnedWei } = fateOf(await idler.accountShown(), view, providers)
  expect(refused, 'it did cheat').toBeGreaterThan(0)
  const [worker] = idler.page.workers()
  const units = (await worker?.evaluate(() => (globalThis as unknown as { units: number }).units)) ?? 0
  const computed = Math.ceil(units / 2)
  expect(accepted).toBeLessThanOrEqual(computed)
  expect(earnedWei).toBeLessThanOrEqual(view.unitPriceWei * BigInt(computed))
})

test('[X5] [X8] a bit flipped once costs that unit alone: what was pending is checked, and paid', async () => {
  const flipper = await aCheat(flippingOnce)
  const account = await flipper.accountShown()
  const [worker] = flipper.page.workers()
  let paid: ProviderView | undefined
  for (let pairs = 0; pairs < pairsOfJobsMax && !paid?.refused; pairs += 1) {
    // Not yet: nothing of it was pending, since all its first units are done twice; or somebody else was quicker.
    await worker?.evaluate(() => {
      Object.assign(globalThis, { flippedAtWei: undefined })
    })
    const first = await aJob(32)
    await waitFor('its pay to be pending, or the end', 240_000, async () => {
      const view = await first.view()
      const known = (await readProviders(network.url, view)).find(({ id }) => id === account)
      return (known?.pendingWei ?? 0n) > 0n || view.state === 'settled' || undefined
    })
    const second = await aJob(24)
    await Promise.all([first.settled(), second.settled()])
    const providers = [await ended(first), await ended(second)].flatMap((end) => end.providers)
    paid = providers.find(({ id }) => id === account)
  }
  const pendingWei = await worker?.evaluate(
    () => (globalThis as unknown as { flippedAtWei?: string }).flippedAtWei,
  )
  expect(BigInt(pendingWei ?? 0)).toBeGreaterThan(0n)
  // A recalled unit would be refused, too.
  expect(paid?.refused).toBe(1)
  expect(paid?.claimedWei).toBeGreaterThanOrEqual(BigInt(pendingWei ?? 0))
})
