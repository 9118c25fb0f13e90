import { kill } from 'node:process'
import { leasedToStarted } from '#web/edge/start-timing.ts'
import { chromium, type Browser, type BrowserServer, type ConsoleMessage, type Page } from 'playwright'
import { gpuProcessOf } from './gpu-process.ts'
import { waitFor } from './wait-for.ts'

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
  /** Further flags for the browser. */
  readonly browserFlags?: readonly string[]
  /** Further parameters of the page's address. */
  readonly pageParameters?: Readonly<Record<string, string>>
}

/** A contributor: a browser of its own with the real page, started by a real click. */
export class ProviderBrowser {
  readonly page: Page
  /** Errors and warnings of the page's console. */
  readonly complaints: string[] = []
  readonly #server: BrowserServer
  readonly #browser: Browser

  private constructor(server: BrowserServer, browser: Browser, page: Page) {
    this.#server = server
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
    const { workerPatch, browserFlags = [], pageParameters = {} } = options
    // A server of its own tells which process the browser is.
    const server = await chromium.launchServer({
      executablePath: options.executablePath,
      headless: true,
      args: [...flags, ...browserFlags],
    })
    const browser = await chromium.connect(server.wsEndpoint())
    const page = await browser.newPage()
    const provider = new ProviderBrowser(server, browser, page)
    if (workerPatch !== undefined)
      await page.route(/provider-worker.*\.js$/, async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: workerPatch + (await response.text()) })
      })
    // All of the GPU's time: nobody looks at these screens, and tests are to end.
    const query = new URLSearchParams({ software: 'allow', lang: 'en', intensity: '100', ...pageParameters })
    await page.goto(`${options.url}/?${query.toString()}`)
    return provider
  }

  get #processId(): number {
    const { pid } = this.#server.process()
    if (pid === undefined) throw new Error('the browser has no process')
    return pid
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

  /** Waits until the page's heading, which names the session's state, is this. */
  async stateShown(title: string, timeoutMs = 60_000): Promise<void> {
    await this.page
      .getByRole('heading', { level: 1, name: title, exact: true })
      .waitFor({ timeout: timeoutMs })
  }

  /** Kills the process that the browser's GPU work runs in, as a crashing driver would. */
  async killGpuProcess(): Promise<void> {
    kill(await waitFor('the GPU process', 20_000, () => gpuProcessOf(this.#processId)), 'SIGKILL')
  }

  /** The adapter's name, as the page shows it. */
  async adapterShown(): Promise<string> {
    return (await this.page.locator('.device').first().textContent()) ?? 'an adapter without a name'
  }

  /** Of the latest units: from arrival in the worker to the kernel's first submit. */
  async leasedToStartedMs(): Promise<number[]> {
    const [worker] = this.page.workers()
    if (!worker) throw new Error('the page has no worker')
    return worker.evaluate(
      (name) => performance.getEntriesByName(name).map(({ duration }) => duration),
      leasedToStarted,
    )
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
    await this.#server.close()
  }

  /** Ends the browser where a gentle end could wait for a GPU that never answers. */
  async endByForce(): Promise<void> {
    // It does not notice that its browser is gone while it waits for a kernel.
    const gpu = await gpuProcessOf(this.#processId)
    if (gpu !== undefined) kill(gpu, 'SIGKILL')
    await this.#server.kill()
  }
}
