import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readBooks, readProviders } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { writeNumberJob } from '../network/number-job.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
  network = undefined
})

async function aLongJob(units: number): Promise<RunningJob> {
  if (!network) throw new Error('no network')
  const folder = await writeNumberJob(join(network.folder, 'job'), 'numbers', { units, rounds: 10_000 })
  return RunningJob.submitFolder(network, folder)
}

test('[E6] a GPU process that dies once: the page says so and goes on at once', async () => {
  network = await LocalNetwork.start()
  const provider = await network.addProvider()
  await network.addProvider()
  const job = await aLongJob(24)
  await job.accepted(2)
  await provider.killGpuProcess()
  await provider.page.locator('[data-incident=gpuLost]').waitFor()
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(24)
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
})

test('[E6] a second death: the page waits, counting down, and comes back; a third: the browser must be restarted', async () => {
  network = await LocalNetwork.start()
  // Else Chromium withholds the GPU from workers for two minutes after the second.
  const browserFlags = ['--disable-domain-blocking-for-3d-apis']
  const provider = await network.addProvider({ browserFlags })
  await network.addProvider()
  const job = await aLongJob(400)
  await job.accepted(2)
  await provider.killGpuProcess()
  await provider.page.locator('[data-incident=gpuLost]').waitFor()
  const afterFirst = await job.view()
  await job.accepted(afterFirst.units.accepted + 3)

  await provider.killGpuProcess()
  await provider.stateShown('Waiting for the GPU')
  const wait = provider.page.getByText('Trying again in about')
  const waits = new Set<string | null>()
  while (waits.size < 2) waits.add(await wait.textContent())
  await provider.stateShown('Computing')
  const afterSecond = await job.view()
  await job.accepted(afterSecond.units.accepted + 3)

  await provider.killGpuProcess()
  await provider.stateShown('The browser must be restarted')
  expect(await provider.page.getByRole('button', { name: 'Start again' }).count()).toBe(0)
  const view = await job.view()
  const [paid] = await readProviders(network.url, view)
  expect(view.chargedWei).toBe(view.unitPriceWei * BigInt(view.units.accepted))
  const earnedWei = (paid?.earnedWei ?? 0n) + (paid?.claimableWei ?? 0n) + (paid?.claimedWei ?? 0n)
  expect(earnedWei).toBe(view.unitPayWei * BigInt(view.units.accepted))
})
