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

/** An exact kernel: of two results that differ, one is wrong. */
const rounds = 10_000

let network: LocalNetwork
let honest: [ProviderBrowser, ProviderBrowser]
let cheat: ProviderBrowser | undefined

beforeAll(async () => {
  const flags = ['--reference-worker', 'on', '--tail-idle-seconds', '3', '--epoch-seconds', '2']
  network = await LocalNetwork.start({ flags })
  honest = [await network.addProvider({ workerPatch: overheard }), await network.addProvider()]
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
  const name = `numbers-${units}`
  const folder = await writeNumberJob(join(network.folder, name), name, { units, rounds })
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
    expect(new Uint32Array(buffer), `unit ${unit}`).toEqual(mixedNumbers(unit, { units: view.unitCount, rounds }))
  }
  for (const tab of honest) {
    const { accepted, refused, account } = fateOf(await tab.accountShown(), view, providers)
    expect(accepted).toBeGreaterThan(0)
    expect(refused).toBe(0)
    expect(account?.claimedWei).toBeGreaterThan(0n)
  }
  expect(view.chargedWei).toBeGreaterThanOrEqual(view.unitPriceWei * BigInt(view.unitCount))
  expect(view.chargedWei).toBeLessThanOrEqual(view.costWei)
  process.stdout.write(`DEBUG  ${JSON.stringify({ p: view.providers, d: view.disputes, r: view.refusedResults, c: view.chargedWei, a: view.assignments, m: view.meanMs }, (_k, x: unknown) => (typeof x === 'bigint' ? String(x) : x))}\n`)
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
  return { view, providers }
}

// The first, while all that a tab does is done twice: so the copier is asked for what the other has done before.
test("a tab that hands in another's commitment and result as its own is refused every time and paid nothing", async () => {
  const tab = await aCheat(copying)
  const copier = await Copier.between(honest[0], tab)
  const job = await aJob(24)
  await waitFor('the job to end', 240_000, async () => {
    await copier.copy()
    return (await job.view()).state === 'settled' || undefined
  })
  const { view, providers } = await ended(job)
  await copier.copy()
  const { accepted, refused, earnedWei } = fateOf(await tab.accountShown(), view, providers)
  process.stdout.write(`DEBUG ${copier.copies} ${copier.copiesOfSameUnit} ${JSON.stringify(copier.verdicts.map((v) => v.reason ?? v.outcome))}\n`)
  expect(copier.copies).toBeGreaterThan(0)
  expect(copier.copiesOfSameUnit).toBeGreaterThan(0)
  const told = new Set(copier.verdicts.map(({ outcome, reason }) => reason ?? outcome))
  expect([...told.difference(new Set(['cancelled']))]).toEqual(['commitmentMismatch'])
  expect(refused, 'a copy was refused').toBeGreaterThan(0)
  expect({ accepted, earnedWei }).toEqual({ accepted: 0, earnedWei: 0n })
})

test('a tab that fabricates every result is refused every time and paid nothing', async () => {
  const fabricator = await aCheat(fabricating)
  const { view, providers } = await ended(await aJob(16))
  const { accepted, refused, earnedWei, account } = fateOf(await fabricator.accountShown(), view, providers)
  expect(refused, 'it did cheat').toBeGreaterThan(0)
  expect(view.disputes).toBeGreaterThan(0)
  expect({ accepted, earnedWei, claimed: account?.claimedWei }).toEqual({
    accepted: 0,
    earnedWei: 0n,
    claimed: 0n,
  })
})

test('a lazy tab that hands in zeros for every second unit is paid for what it computed alone', async () => {
  const idler = await aCheat(lazy)
  const { view, providers } = await ended(await aJob(20))
  const { accepted, refused, earnedWei } = fateOf(await idler.accountShown(), view, providers)
  expect(refused, 'it did cheat').toBeGreaterThan(0)
  const [worker] = idler.page.workers()
  const units = (await worker?.evaluate(() => (globalThis as unknown as { units: number }).units)) ?? 0
  expect(accepted).toBeLessThanOrEqual(Math.ceil(units / 2))
  expect(earnedWei).toBeLessThanOrEqual(view.unitPriceWei * BigInt(accepted))
})

test('a bit flipped once costs that unit alone: what was pending is checked, and paid', async () => {
  const flipper = await aCheat(flippingOnce)
  const job = await aJob(72)
  const account = await flipper.accountShown()
  await waitFor('units of it that are pending', 240_000, async () => {
    const known = (await readProviders(network.url, await job.view())).find(({ id }) => id === account)
    return known !== undefined && known.pendingWei > 0n ? true : undefined
  })
  const [worker] = flipper.page.workers()
  await worker?.evaluate(() => {
    Object.assign(globalThis, { flipNext: true })
  })
  const { view, providers } = await ended(job)
  const flipped = await worker?.evaluate(() => (globalThis as unknown as { flipped?: number }).flipped)
  expect(flipped).toBe(1)
  const fate = fateOf(account, view, providers)
  // A recalled unit would be refused, too.
  expect(fate.refused).toBe(1)
  expect(fate.accepted).toBeGreaterThan(20)
  expect(fate.account?.claimedWei).toBe(fate.earnedWei)
})
