import { kill } from 'node:process'
import { afterEach, expect, test } from 'vitest'
import { readBooks } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
  network = undefined
})

test('[E3] [D2] [D6] kill -9 of the coordinator in the middle of a job: it ends, and nothing is lost or paid twice', async () => {
  network = await LocalNetwork.start()
  await network.addProvider()
  await network.addProvider()
  const job = await RunningJob.submit(network, { tilesPerSide: 7, samples: 8 })
  for (const target of [6, 20]) {
    const before = await job.accepted(target)
    await network.killAndRestartCoordinator()
    const after = await job.view()
    expect(
      after.units.accepted,
      'what was accepted before the kill is accepted after it',
    ).toBeGreaterThanOrEqual(before.units.accepted)
    expect(after.chargedWei).toBe(after.unitPriceWei * BigInt(after.units.accepted))
  }
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(49)
  expect(providers.map(({ accepted }) => accepted)).toEqual([49, 49])
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
})

test('[T4] the death of the WebRTC process is a reconnect, not an outage', async () => {
  network = await LocalNetwork.start()
  await network.addProvider()
  await network.addProvider()
  const job = await RunningJob.submit(network, { tilesPerSide: 5, samples: 8 })
  await job.accepted(4)
  kill(network.coordinator.webrtcHostProcessId, 'SIGKILL')
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(25)
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
})
