import { afterEach, expect, test } from 'vitest'
import { readAttempts } from '../network/attempts.ts'
import { readBooks } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
})

test('[E2] [L5] a tab that dies: its units are leased to another within five seconds, and it is paid for what was accepted', async () => {
  network = await LocalNetwork.start()
  const doomed = await network.addProvider()
  await network.addProvider()
  const job = await RunningJob.submit(network, { tilesPerSide: 7, samples: 16 })
  await network.addProvider()
  await job.accepted(8)
  const dead = await doomed.accountShown()
  const diedAtMs = Date.now()
  await doomed.vanish()
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(49)
  expect((await readBooks(network.url, view, providers)).faults).toEqual([])
  const paid = providers.find(({ id }) => id === dead)
  expect(paid, 'the dead tab had accepted units before').toBeDefined()
  expect(paid?.accepted).toBeLessThan(49)
  expect(paid?.claimedWei).toBe(view.unitPayWei * BigInt(paid?.accepted ?? -1))

  await network.coordinator.stop()
  const attempts = readAttempts(network)
  const lost = attempts.filter(
    ({ provider, state }) => provider === dead && state !== 'accepted' && state !== 'refused',
  )
  expect(lost.length, 'it held something when it died').toBeGreaterThan(0)
  const delaysMs = lost.map(({ unit }) => {
    const next = attempts.find(
      (attempt) => attempt.unit === unit && attempt.provider !== dead && attempt.leased_at_ms > diedAtMs,
    )
    expect(next, `unit ${unit} was leased to another`).toBeDefined()
    return (next?.leased_at_ms ?? Infinity) - diedAtMs
  })
  // Five seconds are proved in virtual time (L5); a real clock on a crowded machine only reports.
  process.stdout.write(`leased again after ${delaysMs.join(', ')} ms\n`)
})
