import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBrowser } from './browser.ts'
import { auditPage } from './page-audit.ts'
import { openPreview, openShippedPage } from './preview-server.ts'
import { scenes } from './preview/scenes.ts'
import { watchFootprint } from './quiet-page.ts'

let browser: Browser
let page: Page
/** Errors on the console, refusals by the content security policy among them. */
let complaints: string[]

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'ja-JP' })
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

describe('the contributor’s page', () => {
  let preview: Awaited<ReturnType<typeof openPreview>>
  const open = (query = '') => page.goto(`${preview.url}${query}`)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const heading = () => page.getByRole('heading', { level: 1 })
  const asked = () => page.evaluate(() => globalThis.scripted.asked)

  beforeAll(async () => {
    preview = await openPreview()
  })
  afterAll(() => preview.close())

  it('[U3] starts from the keyboard, keeps the focus and says so', async () => {
    await open()
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('Tab')
    await expect
      .poll(() => button('計算を貸す').evaluate((node) => node === document.activeElement))
      .toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: '計算を待っています。' }).waitFor({ state: 'attached' })
    expect(await heading().evaluate((node) => node === document.activeElement)).toBe(true)
    expect(await page.title()).toBe('計算を待っています | MASK')
    expect(await asked()).toEqual(['start'])
  })

  it('[U1] cannot be started by a script', async () => {
    await open()
    await button('計算を貸す').evaluate((node: HTMLButtonElement) => {
      node.click()
    })
    expect(await asked()).toEqual([])
  })

  it('[U1] does nothing before the click', async () => {
    const footprint = await watchFootprint(page)
    await open()
    await page.waitForLoadState('networkidle')
    const { requests, traces } = await footprint()
    expect(requests).toEqual([])
    expect(Object.entries(traces).filter(([, count]) => count > 0)).toEqual([])
  })

  it('stops at once or after the unit, and starts again', async () => {
    await open('?scene=working')
    await button('きりのよいところで止める').click()
    await expect.poll(() => heading().textContent()).toBe('まもなく止まります')
    await expect.poll(() => heading().evaluate((node) => node === document.activeElement)).toBe(true)
    await button('いますぐ止める').click()
    await expect.poll(() => heading().textContent()).toBe('止まりました')
    await button('もう一度始める').click()
    expect(await asked()).toEqual(['stop afterUnit', 'stop now', 'start'])
  })

  it('leaves the reader where they are when the state changes by itself', async () => {
    await open('?scene=working')
    await button('受取口座のアドレスをコピー').focus()
    await page.evaluate(() => {
      globalThis.scripted.show({ state: { kind: 'waiting' }, job: undefined, unit: undefined })
    })
    await expect.poll(() => heading().textContent()).toBe('計算を待っています')
    expect(await page.evaluate(() => document.activeElement?.textContent.trim())).toBe('コピー')
  })

  it('changes language and colours in place, and keeps both in the address', async () => {
    await open('?scene=working')
    await button('English').click()
    expect(await heading().textContent()).toBe('Computing')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
    await button('Use dark colours').click()
    expect(new URL(page.url()).search).toBe('?scene=working&lang=en&theme=dark')
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
    await button('日本語').click()
    expect(await page.title()).toBe('計算しています | MASK')
    expect(await asked()).toEqual([])
  })

  it('shows the source in a dialog, keeps it while the job changes, and gives the focus back', async () => {
    await open('?scene=working')
    await button('コードの全文を読む').focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await page.evaluate(() => {
      const { job } = globalThis.scripted.view
      if (job) globalThis.scripted.show({ job: { ...job, id: '0x55', wgsl: 'another kernel' } })
    })
    expect(await dialog.getByRole('region').textContent()).toContain('@compute @workgroup_size(8, 8)')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await button('コードの全文を読む').evaluate((node) => node === document.activeElement)).toBe(true)
  })

  it('[U4] never merges the four sums and loses no digit of them', async () => {
    await open('?scene=working&lang=en')
    await page.evaluate(() => {
      const sums = { pendingWei: 1n, earnedWei: 2n, claimableWei: 10n ** 27n + 1n, claimedWei: 0n }
      globalThis.scripted.show(sums)
    })
    const values = await page.locator('[data-figure] dd:first-of-type').allTextContents()
    expect(values.slice(-4)).toEqual([
      '0.000000000000000001MASK',
      '0.000000000000000002MASK',
      '1,000,000,000.000000000000000001MASK',
      '0MASK',
    ])
  })

  it('paints tiles where they belong and outlines the one under way', async () => {
    await open('?scene=working&lang=en')
    expect(await page.getByText('This device computed 49 of 96 units.').count()).toBe(1)
    const outline = page.locator('figure svg rect')
    const place = await Promise.all(['x', 'y', 'width', 'height'].map((name) => outline.getAttribute(name)))
    expect(place).toEqual(['576', '256', '64', '64'])
    const drawn = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
      const alphaAt = (x: number, y: number) => image?.data[(y * canvas.width + x) * 4 + 3]
      const size = [canvas.width, canvas.height]
      return { size, first: alphaAt(5, 5), elsewhere: alphaAt(3 * 64 + 5, 5), later: alphaAt(5, 400) }
    })
    expect(drawn).toEqual({ size: [768, 512], first: 255, elsewhere: 0, later: 0 })
  })

  it('shows how far a job without a picture has come, instead of an empty canvas', async () => {
    await open('?scene=table&lang=en')
    const map = page.getByRole('img', { name: 'The part of “Which step size trains best?”' })
    expect(await map.locator('rect').count()).toBe(50)
    const caption = await page.locator('figcaption').textContent()
    expect(caption).toContain('This device computed 49 of 240 units.')
    expect(caption).toContain('a table, not a picture')
    expect(await page.locator('canvas').count()).toBe(0)
  })

  it('[U5] lends as much as the slider says, from the keyboard too, and keeps it in the address', async () => {
    await open('?scene=working&lang=en')
    const lent = () => page.evaluate(() => globalThis.scripted.intensity)
    expect(await lent()).toBe(25)
    const slider = page.getByRole('slider', { name: 'How much to lend' })
    await slider.focus()
    await page.keyboard.press('ArrowRight')
    expect(await lent()).toBe(30)
    expect(await slider.getAttribute('aria-valuetext')).toBe('30%')
    await page.keyboard.press('End')
    expect(await lent()).toBe(100)
    expect(new URL(page.url()).search).toBe('?scene=working&lang=en&intensity=100')
    await page.reload()
    expect(await lent()).toBe(100)
    expect(await page.getByTestId('gpu-busy').textContent()).toBe('23%')
  })

  it('asks after a hung kernel whether to go on', async () => {
    await open('?scene=halted&lang=en')
    expect(await heading().textContent()).toBe('A computation did not end')
    await button('Go on with other work').click()
    await expect.poll(() => heading().textContent()).toBe('Getting ready')
    await expect.poll(() => heading().evaluate((node) => node === document.activeElement)).toBe(true)
    expect(await asked()).toEqual(['resume'])
  })

  it('lists what came up, and how often', async () => {
    await open('?scene=incidents&lang=en')
    const kinds = await page
      .locator('[data-incident]')
      .evaluateAll((items) => items.map((item) => item.getAttribute('data-incident')))
    expect(kinds).toEqual(['gpuLost', 'tooLargeForDevice'])
    expect(await page.locator('[data-incident=tooLargeForDevice] h3').textContent()).toContain('3 times')
  })

  it.each(['missing', 'insecureContext'])(
    'says before the click when WebGPU is %s, and what would change it',
    async (presence) => {
      await open(`?webgpu=${presence}&lang=en`)
      await page.getByRole('heading', { name: 'This cannot start here' }).waitFor()
      expect(await button('Start lending').count()).toBe(0)
      const advice = presence === 'missing' ? 'latest Chrome, Edge, Safari or Firefox' : 'https://'
      expect(await page.locator('main').textContent()).toContain(advice)
    },
  )

  it('treats what a requester wrote as text', async () => {
    await open('?scene=working')
    const html = '<img src=x onerror="document.title=1"><b>bold</b>'
    await page.evaluate((name) => {
      const { job } = globalThis.scripted.view
      if (job) globalThis.scripted.show({ job: { ...job, name, summary: name, wgsl: name, cause: name } })
    }, html)
    await page.getByRole('heading', { name: html }).waitFor()
    expect(await page.locator('main img, main b').count()).toBe(0)
  })

  it.each(Object.keys(scenes))('%s is legible, pressable and fits a phone', async (scene) => {
    for (const width of [375, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      for (const query of [
        'lang=ja&theme=light',
        'lang=en&theme=dark',
        'lang=en&theme=light',
        'lang=ja&theme=dark',
      ]) {
        await open(`?scene=${scene}&${query}`)
        for (const summary of await page.locator('summary').all()) await summary.click()
        expect(await auditPage(page), `${query} at ${width}`).toEqual({
          faintTexts: [],
          smallButtons: [],
          overflowPx: 0,
        })
      }
    }
  })

  it('would notice faint text, a small button and a page too wide', async () => {
    await open('?theme=light')
    await page.evaluate(() => {
      const [title, button] = [document.querySelector('h1'), document.querySelector('button')]
      if (!title || !button) throw new Error('the page is empty')
      title.style.color = 'oklch(85% 0 0)'
      title.style.inlineSize = '2000px'
      button.style.minBlockSize = button.style.blockSize = '30px'
    })
    const audit = await auditPage(page)
    expect(audit.faintTexts).toHaveLength(1)
    expect(audit.smallButtons).toEqual(['English'])
    expect(audit.overflowPx).toBeGreaterThan(0)
  })

  it('fits a phone whatever a requester writes and however much is earned', async () => {
    await page.setViewportSize({ width: 375, height: 800 })
    await open('?scene=working')
    await page.evaluate(() => {
      const { job } = globalThis.scripted.view
      const long = 'W'.repeat(120)
      const sums = {
        pendingWei: 10n ** 40n + 1n,
        earnedWei: 10n ** 50n,
        claimableWei: 1n,
        claimedWei: 10n ** 60n,
      }
      if (job)
        globalThis.scripted.show({
          ...sums,
          job: { ...job, name: long, summary: long.repeat(8), cause: long },
          adapter: long,
        })
    })
    expect((await auditPage(page)).overflowPx).toBe(0)
  })
})

const shipped = existsSync(new URL('../../web/edge/contributor.ts', import.meta.url))

describe.runIf(shipped)('the shipped page', () => {
  it('[U1] does nothing before the click', async () => {
    const site = await openShippedPage()
    const footprint = await watchFootprint(page)
    await page.goto(site.url)
    await page.getByRole('button', { name: '計算を貸す' }).waitFor()
    await page.waitForLoadState('networkidle')
    const { requests, traces } = await footprint()
    await site.close()
    expect(requests).toEqual([])
    expect(Object.entries(traces).filter(([, count]) => count > 0)).toEqual([])
    expect(await page.evaluate(() => 'scripted' in globalThis)).toBe(false)
  })
})
