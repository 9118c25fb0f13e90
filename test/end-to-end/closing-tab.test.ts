import { afterEach, expect, test } from 'vitest'
import { networkViewSchema } from '#protocol/api.ts'
import * as v from 'valibot'
import { readAttempts } from '../network/attempts.ts'
import { readBooks } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import type { ProviderBrowser } from '../network/provider-browser.ts'
import { RunningJob } from '../network/running-job.ts'
import { waitFor } from '../network/wait-for.ts'

/** Only a guard against hanging: how long it took is printed. */
const noticedMsMax = 60_000

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
  network = undefined
})

/** Waits until the coordinator counts so many providers, and says how long that took. */
async function online(url: string, count: number, timeoutMs: number): Promise<number> {
  const beganMs = performance.now()
  await waitFor(`${count} providers online`, timeoutMs, async () => {
    const answer = await fetch(`${url}/api/v1/network`)
    return v.parse(networkViewSchema, await answer.json()).providersOnline === count ? true : undefined
  })
  return performance.now() - beganMs
}

/** Two contributors at work on a job that would keep them busy for longer than the test looks. */
async function twoAtWork(): Promise<{ leaving: ProviderBrowser; job: RunningJob; url: string }> {
  network = await LocalNetwork.start()
  const leaving = await network.addProvider()
  await network.addProvider()
  const job = await RunningJob.submit(network, { tilesPerSide: 7, samples: 16 })
  await job.accepted(2)
  return { leaving, job, url: network.url }
}

test.each([
  ['closes', (tab: ProviderBrowser) => tab.page.close()],
  ['goes elsewhere', (tab: ProviderBrowser) => tab.page.goto('about:blank')],
] as const)('[E9] [W37] a tab that %s has left at once: what it held is free', async (_how, leave) => {
  const { leaving, url } = await twoAtWork()
  const gone = await leaving.accountShown()
  // A page that is reloaded or closed need not answer whoever drives it.
  leave(leaving).catch(() => undefined)
  const noticedMs = await online(url, 1, noticedMsMax)
  process.stdout.write(`noticed after ${Math.round(noticedMs)} ms\n`)
  await network?.coordinator.stop()
  const held = network ? readAttempts(network) : []
  expect(held.some(({ provider }) => provider === gone)).toBe(true)
  expect(held.filter(({ provider, state }) => provider === gone && state === 'leased')).toEqual([])
})

test('[E9] [W37] a page that comes back out of the cache says that it has stopped, and starts again', async () => {
  const { leaving, job, url } = await twoAtWork()
  const account = await leaving.accountShown()
  // Browsers do not keep pages with peer connections in that cache yet; what they would say is said to the real page.
  await leaving.page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  })
  // It ends its worker by itself; the browser driver hears of it a moment later.
  await waitFor('the worker to end', 60_000, () =>
    Promise.resolve(leaving.page.workers().length === 0 || undefined),
  )
  await online(url, 1, noticedMsMax)
  await leaving.page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  })
  await leaving.stateShown('Stopped')
  await leaving.page.getByRole('button', { name: 'Start again' }).click()
  await online(url, 2, 60_000)
  expect(await leaving.accountShown()).toBe(account)
  const { view, providers } = await job.settled()
  expect(view.units.accepted).toBe(49)
  expect((await readBooks(url, view, providers)).faults).toEqual([])
  expect(leaving.complaints).toEqual([])
})
