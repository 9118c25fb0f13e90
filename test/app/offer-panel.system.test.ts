import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from './browser.ts'
import { openPreview, type Site } from './preview-server.ts'

let browser: Browser
let preview: Site
let page: Page
/** Errors on the console, refusals by the content security policy among them. */
let complaints: string[]
const open = (query: string) => page.goto(`${preview.url}${query}`)

beforeAll(async () => {
  preview = await openPreview()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await preview.close()
})

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
})
afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

describe('[U6] what is offered', () => {
  it('shows speed and going rate in words, and takes conditions as they are entered', async () => {
    await open('?scene=working&lang=en')
    expect(await page.locator('[data-fact=speed] dd').textContent()).toBe('Fast (like a gaming GPU)')
    expect(await page.locator('[data-fact=rate] dd').textContent()).toBe('about 0.123 MASK per GPU-hour')
    await page.getByText('Change the conditions').click()
    const enter = async (label: string, text: string) => {
      await page.getByLabel(label).fill(text)
      await page.getByLabel(label).press('Tab')
    }
    await enter('Lowest pay', '0.000000000000000001')
    await page.getByLabel('Machine learning').press('Space')
    await enter('Requesters to stay away from', `0x${'A'.repeat(40)}, 0x${'b'.repeat(40)}`)
    await enter('Most data to receive in a day', '500')
    await enter('Invitations to pools', 'friends')
    // A big integer does not leave the page as itself.
    const wanted = await page.evaluate(() => {
      const settings = globalThis.scripted.wanted.at(-1)
      return settings && { ...settings, minimumWeiPerHour: String(settings.minimumWeiPerHour) }
    })
    expect(wanted).toEqual({
      minimumWeiPerHour: '1',
      causes: { never: ['ml'] },
      requesters: { never: [`0x${'a'.repeat(40)}`, `0x${'b'.repeat(40)}`] },
      dataMiBPerDay: 500,
      pools: ['friends'],
    })
  })

  it.each([
    ['Lowest pay', '-1', 'Enter a number from 0 up'],
    ['Most data to receive in a day', '0', 'Enter a whole number'],
    ['Requesters to stay away from', '0x12 me', 'Not addresses, or more than 64: 0x12 me'],
    ['Invitations to pools', 'x'.repeat(101), 'Not usable as invitations'],
  ])('says what is wrong with “%s” and wants nothing of it', async (label, text, complaint) => {
    await open('?scene=working&lang=en')
    await page.getByText('Change the conditions').click()
    const field = page.getByLabel(label)
    await field.fill(text)
    await field.press('Tab')
    await page.getByRole('alert').filter({ hasText: complaint }).waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.evaluate(() => globalThis.scripted.wanted.length)).toBe(0)
    await field.fill('')
    await field.press('Tab')
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('false')
  })

  it('leaves what is being typed alone while the figures beside it change', async () => {
    await open('?scene=choosy&lang=en')
    await page.getByText('Change the conditions').click()
    const field = page.getByLabel('Lowest pay')
    await field.fill('0.7')
    await page.evaluate(() => {
      const { offer } = globalThis.scripted.view
      if (offer)
        globalThis.scripted.show({
          offer: { ...offer, settings: { ...offer.settings }, bytesToday: 2 ** 30 },
        })
    })
    await page.getByText('So far today: 1,024 MiB.').waitFor()
    expect(await field.inputValue()).toBe('0.7')
  })
})
