import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from './browser.ts'
import { auditPage } from './page-audit.ts'
import { openPreview, type Site } from './preview-server.ts'
import { walletScenes } from './preview/wallet-scenes.ts'

let browser: Browser
let preview: Site
let page: Page
/** Errors on the console, refusals by the content security policy among them. */
let complaints: string[]
const open = (scene: string, query = 'lang=en') =>
  page.goto(`${preview.url}?scene=waiting&wallet=${scene}&${query}`)
const asked = () => page.evaluate(() => globalThis.scriptedWallets.asked)
const panel = () => page.locator('section[aria-labelledby="wallet-label"]')
const button = (name: string) => panel().getByRole('button', { name, exact: true })

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

describe('the wallet panel', () => {
  it('[Y7] asks for nothing before the page has started, and for no wallet before a click', async () => {
    await page.goto(`${preview.url}?scene=idle&lang=en`)
    expect(await asked()).toEqual([])
    await open('free')
    expect(await asked()).toEqual(['open'])
    await button('Connect a wallet').evaluate((node: HTMLButtonElement) => {
      node.click()
    })
    expect(await asked()).toEqual(['open'])
  })

  it('is led through by keyboard, and the focus is never lost', async () => {
    await open('free')
    await button('Connect a wallet').focus()
    await page.keyboard.press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.textContent.trim() ?? '')
    await expect.poll(focused).toBe('Wallet')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Fox Wallet')
    await page.keyboard.press('Enter')
    await panel().getByText('Answer in Fox Wallet.').waitFor()
    await expect.poll(focused).toBe('Wallet')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await asked()).toEqual(['open', 'look', 'connect example.fox', 'cancel'])
  })

  it('shows the code in a dialog that Escape ends', async () => {
    await open('pairing')
    const dialog = page.getByRole('dialog', { name: 'Scan with your wallet' })
    await dialog.getByRole('img', { name: 'QR code for your wallet' }).waitFor()
    expect(await dialog.getByTestId('pairing-link').getAttribute('href')).toMatch(/^wc:/)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await asked()).toEqual(['open', 'cancel'])
  })

  it('[Y9] says before the first question what will be signed and that it moves nothing', async () => {
    await open('connected')
    const words = await panel().textContent()
    for (const said of ['Sign-in', 'Link', 'they cost nothing, move no coins and let nobody spend any'])
      expect(words).toContain(said)
    await button('Link this wallet').click()
    await panel().locator('[data-task="signingIn"]').waitFor()
    expect(await button('Link this wallet').count()).toBe(0)
  })

  it('offers the claim only where nobody else sends it', async () => {
    await open('linked')
    expect(await button('Claim now').count()).toBe(0)
    await open('claimable')
    await button('Claim now').click()
    expect(await asked()).toEqual(['open', 'claim'])
  })

  it('treats what a wallet says of itself as text', async () => {
    await open('choosing')
    await page.evaluate(() => {
      const name = '<img src=x onerror="document.title=1">'
      const wallet = { kind: 'injected', id: 'example.evil', name, icon: undefined } as const
      globalThis.scriptedWallets.show({ connection: { kind: 'choosing', wallets: [wallet] } })
    })
    await panel().getByRole('button', { name: '<img' }).waitFor()
    expect(await panel().locator('img').count()).toBe(0)
  })

  it.each(Object.keys(walletScenes))('%s is legible, pressable and fits a phone', async (scene) => {
    for (const width of [375, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const query of [
        'lang=ja&theme=light',
        'lang=en&theme=dark',
        'lang=en&theme=light',
        'lang=ja&theme=dark',
      ]) {
        await open(scene, query)
        expect(await auditPage(page), `${query} at ${width}`).toEqual({
          faintTexts: [],
          smallButtons: [],
          overflowPx: 0,
        })
      }
    }
  })
})
