import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readBooks } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { writeNumberJob } from '../network/number-job.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
  network = undefined
})

test('[E5] a worker that crashes is started again, the page says so, and only what was done is paid', async () => {
  network = await LocalNetwork.start()
  const provider = await network.addProvider()
  await network.addProvider()
  const folder = await writeNumberJob(join(network.folder, 'job'), 'numbers', { units: 20, rounds: 10_000 })
  const job = await RunningJob.submitFolder(network, folder)
  await job.accepted(2)
  const [worker] = provider.page.workers()
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error('a crash for a test')
    })
  })
  await provider.stateShown('Recovering')
  await provider.page.getByText('Trying again in about').waitFor()
  await provider.page.locator('[data-incident=workerCrashed]').waitFor()
  await provider.stateShown('Computing')
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(20)
  expect(providers.map(({ accepted }) => accepted)).toEqual([20, 20])
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
})

test('[E5] a browser that keeps nothing is told so instead of computing for nothing', async () => {
  const refuseStorage =
    'IDBFactory.prototype.open = () => { throw new DOMException("no storage here", "SecurityError") };'
  network = await LocalNetwork.start()
  const provider = await network.addProvider({ workerPatch: refuseStorage })
  await provider.stateShown('Nothing can be kept here')
  expect(await provider.page.getByRole('button', { name: 'Start again' }).count()).toBe(1)
  expect(provider.page.workers()).toEqual([])
})
