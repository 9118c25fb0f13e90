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
  static async open(options: { executablePath: string; url: string }): Promise<ProviderBrowser> {
    const browser = await chromium.launch({
      executablePath: options.executablePath,
      headless: true,
      args: flags,
    })
    const page = await browser.newPage()
    const provider = new ProviderBrowser(browser, page)
    await page.goto(`${options.url}/?software=allow&lang=en`)
    return provider
  }

  /** Presses the one button. */
  async startLending(): Promise<void> {
    await this.page.getByRole('button', { name: 'Start lending' }).click()
  }

  /** The tab vanishes, as when its process is killed: no page code runs any more. */
  async vanish(): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession()
    // Never answered: the renderer dies of it.
    void (await this.page.context().newCDPSession(this.page)).send('Page.crash').catch(() => undefined)
    await session.detach()
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
