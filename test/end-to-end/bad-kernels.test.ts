import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readAttempts } from '../network/attempts.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { writeNumberJob } from '../network/number-job.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
  network = undefined
})

test('[E7] a kernel that does not end: it is reported before anything is destroyed, and the contributor decides', async () => {
  network = await LocalNetwork.start()
  const provider = await network.addProvider({ pageParameters: { watchdog: '4000' } })
  try {
    // Unit 0 ends, so the coordinator, which tries that one, lets the job in.
    const folder = await writeNumberJob(join(network.folder, 'job'), 'numbers', {
      units: 6,
      rounds: 100,
      endlessFrom: 1,
    })
    const job = await RunningJob.submitFolder(network, folder)
    await provider.stateShown('A computation did not end')
    const account = await provider.accountShown()
    expect(await provider.page.locator('main').textContent()).toContain('restart the browser')
    await provider.page.getByRole('button', { name: 'Go on with other work' }).click()
    // Software never ends such a kernel, so the GPU has no answer.
    await provider.stateShown('The GPU is stuck')

    const view = await job.view()
    expect(view.units.accepted).toBeLessThanOrEqual(1)
    expect(view.chargedWei).toBe(view.unitPriceWei * BigInt(view.units.accepted))
    await network.coordinator.stop()
    const attempts = readAttempts(network).filter((attempt) => attempt.provider === account)
    const hung = attempts.filter(({ reason }) => reason === 'kernelHung')
    expect(hung.length).toBeGreaterThan(0)
    expect(new Set(hung.map(({ state }) => state))).toEqual(new Set(['handedBack']))
    expect(attempts.filter(({ unit, state }) => unit > 0 && state === 'accepted')).toEqual([])
  } finally {
    await provider.endByForce()
  }
})

test('[E7] a unit that needs too much memory goes back unpaid, the page says so, and other work goes on', async () => {
  network = await LocalNetwork.start()
  const provider = await network.addProvider({ pageParameters: { memory: '16' } })
  await network.addProvider()
  const greedy = await RunningJob.submitFolder(
    network,
    await writeNumberJob(join(network.folder, 'greedy'), 'greedy', {
      units: 1,
      rounds: 10,
      scratchBytes: '32*1024*1024',
    }),
  )
  await provider.page.locator('[data-incident=tooLargeForDevice]').waitFor({ timeout: 60_000 })
  const modest = await RunningJob.submitFolder(
    network,
    await writeNumberJob(join(network.folder, 'modest'), 'modest', { units: 6, rounds: 1_000 }),
  )
  await modest.accepted(6)
  const view = await greedy.view()
  expect(view.units.accepted).toBe(0)
  expect(view.chargedWei).toBe(0n)
})
