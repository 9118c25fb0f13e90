import { chromium, type Browser, type ConsoleMessage, type Page } from 'playwright'

/** WebGPU by SwiftShader in software, nothing that calls home. A real GPU would need none of the first three. */
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--mute-audio',
]

export interface ProviderOptions {
  /** Script that runs in the worker before its own: how a cheat would change it. */
  readonly workerPatch?: string
}

/** A contributor: a browser of its own with the real page, started by a real click. */
export class ProviderBrowser {
  readonly page: Page
  /** Errors and warnings of the page's console. */
  readonly complaints: string[] = []
  readonly #browser: Browser

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser
    this.page = page
    const note = (message: ConsoleMessage) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    }
    page.on('console', note)
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  /** Opens the contributor's page; nothing runs yet. */
  static async open(
    options: ProviderOptions & { executablePath: string; url: string },
  ): Promise<ProviderBrowser> {
    const browser = await chromium.launch({
      executablePath: options.executablePath,
      headless: true,
      args: flags,
    })
    const page = await browser.newPage()
    const provider = new ProviderBrowser(browser, page)
    const { workerPatch } = options
    if (workerPatch !== undefined)
      await page.route(/provider-worker.*\.js$/, async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: workerPatch + (await response.text()) })
      })
    await page.goto(`${options.url}/?software=allow&lang=en`)
    return provider
  }

  /** Presses the one button. */
  async startLending(): Promise<void> {
    await this.page.getByRole('button', { name: 'Start lending' }).click()
  }

  /** The account that the page shows as the one that is paid. */
  async accountShown(): Promise<string> {
    const account = await this.page
      .locator('section[aria-labelledby="account-label"] code')
      .getAttribute('title')
    if (account === null) throw new Error('the page shows no account')
    return account
  }

  /** The tab vanishes, as when its process is killed: no page code runs any more. */
  async vanish(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page)
    // Never answered: the renderer dies of it.
    session.send('Page.crash').catch(() => undefined)
    await this.page.waitForEvent('crash')
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
