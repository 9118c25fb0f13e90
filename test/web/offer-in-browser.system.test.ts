import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShippedPage, type Site } from '#test/app/preview-server.ts'
import { findBrowser } from '#test/network/find-browser.ts'
import { ProviderBrowser } from '#test/network/provider-browser.ts'

let site: Site
let provider: ProviderBrowser

beforeAll(async () => {
  // Nobody answers there but for the page's own files: what a device offers is its own affair.
  site = await openShippedPage()
  provider = await ProviderBrowser.open({
    executablePath: findBrowser(() => undefined),
    url: site.url.replace(/\/$/, ''),
  })
})
afterAll(async () => {
  await provider.close()
  await site.close()
})

const speedShown = () => provider.page.locator('[data-fact=speed] dd')
const measured = async () => {
  await expect.poll(() => speedShown().textContent(), { timeout: 60_000 }).toContain('processor')
}

/** What the browser keeps of the offer. */
function kept(): Promise<Record<string, unknown>> {
  return provider.page.evaluate(
    () =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const opening = indexedDB.open('mask')
        opening.onerror = () => {
          reject(new Error('the database does not open'))
        }
        opening.onsuccess = () => {
          const found: Record<string, unknown> = {}
          const walk = opening.result.transaction('offer').objectStore('offer').openCursor()
          walk.onsuccess = () => {
            const { result } = walk
            if (result) {
              found[result.key as string] = JSON.parse(
                JSON.stringify(result.value, (_key, value: unknown) =>
                  typeof value === 'bigint' ? `${value}` : value,
                ),
              )
              result.continue()
            } else {
              opening.result.close()
              resolve(found)
            }
          }
        }
      }),
  )
}

test('[W38] a device is measured in the worker after the click, once a day; conditions outlive the tab', async () => {
  await provider.startLending()
  await measured()
  await expect.poll(kept).toHaveProperty('measurement.numericClass')
  const before = await kept()
  expect(before).toMatchObject({ measurement: { speed: { gflops: expect.any(Number) as number } } })
  await provider.page.getByText('Change the conditions').click()
  await provider.page.getByLabel('Lowest pay').fill('0.25')
  await provider.page.getByLabel('Arts').check()
  await expect.poll(kept).toMatchObject({
    settings: { minimumWeiPerHour: '250000000000000000', causes: { never: ['arts'] } },
  })

  await provider.page.reload()
  await provider.startLending()
  await measured()
  expect(await kept()).toMatchObject({ measurement: before['measurement'] })
  await provider.page.getByText('Change the conditions').click()
  expect(await provider.page.getByLabel('Lowest pay').inputValue()).toBe('0.25')
  expect(await provider.page.getByLabel('Arts').isChecked()).toBe(true)
})
