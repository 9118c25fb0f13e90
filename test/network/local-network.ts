import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generatePrivateKey } from 'viem/accounts'
import { CoordinatorProcess } from './coordinator-process.ts'
import { findBrowser } from './find-browser.ts'
import { ProviderBrowser, type ProviderOptions } from './provider-browser.ts'

const keyName = 'requester.key'

/** A whole network on this machine: a coordinator on fresh data, and as many contributors as asked for. */
export class LocalNetwork {
  readonly folder: string
  readonly providers: ProviderBrowser[] = []
  coordinator: CoordinatorProcess
  readonly #executablePath: string
  readonly #flags: readonly string[]
  readonly #onLog: ((text: string) => void) | undefined

  private constructor(parts: {
    folder: string
    coordinator: CoordinatorProcess
    executablePath: string
    flags: readonly string[]
    onLog: ((text: string) => void) | undefined
  }) {
    this.folder = parts.folder
    this.coordinator = parts.coordinator
    this.#executablePath = parts.executablePath
    this.#flags = parts.flags
    this.#onLog = parts.onLog
  }

  static async start(
    options: {
      tell?: (line: string) => void
      flags?: readonly string[]
      onLog?: (text: string) => void
    } = {},
  ): Promise<LocalNetwork> {
    const executablePath = findBrowser(options.tell ?? (() => undefined))
    const folder = await mkdtemp(join(tmpdir(), 'mask-'))
    const { flags = [], onLog } = options
    await writeFile(join(folder, keyName), `${generatePrivateKey()}\n`, { mode: 0o600 })
    const coordinator = await CoordinatorProcess.start({
      dataDirectory: join(folder, 'data'),
      flags,
      ...(onLog && { onLog }),
    })
    return new LocalNetwork({ folder, coordinator, executablePath, flags, onLog })
  }

  get url(): string {
    return this.coordinator.url
  }

  /** The requester's key: a random one, its coins come from the development network's faucet. */
  get keyFile(): string {
    return join(this.folder, keyName)
  }

  /** Opens a contributor's page in a browser of its own and presses the button. */
  async addProvider(options: ProviderOptions = {}): Promise<ProviderBrowser> {
    const provider = await ProviderBrowser.open({
      ...options,
      executablePath: this.#executablePath,
      url: this.url,
    })
    this.providers.push(provider)
    await provider.startLending()
    return provider
  }

  /** Kills the coordinator as a power cut would and starts another on the same data and port. */
  async killAndRestartCoordinator(): Promise<void> {
    const { port } = this.coordinator
    await this.coordinator.kill()
    this.coordinator = await CoordinatorProcess.start({
      dataDirectory: join(this.folder, 'data'),
      port,
      flags: this.#flags,
      ...(this.#onLog && { onLog: this.#onLog }),
    })
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.providers.map((provider) => provider.close()))
    await this.coordinator.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}
