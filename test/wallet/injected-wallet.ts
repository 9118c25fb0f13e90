import type { Page } from 'playwright'
import { createWalletClient, hexToString, http, type Hex, type TypedDataDefinition } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

type Call = { readonly method: string; readonly params?: readonly unknown[] }

/** An error with a code, as wallets answer (EIP-1193). */
class WalletRefusal extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * A wallet with a real key that does at once what it is asked, and notes it. Its key stays here; in a page stands a
 * provider that announces itself as wallets do (EIP-6963).
 */
export class InjectedWallet {
  readonly account = privateKeyToAccount(generatePrivateKey())
  readonly name: string
  readonly asked: string[] = []
  /** The methods that its owner declines. */
  readonly declined = new Set<string>()
  /** Networks it knows. */
  readonly networks = new Set<number>()
  chainId: number
  /** Whether the page may see the account. */
  isConnected = false
  readonly #rpcUrl: string
  #emit: ((event: string, value: unknown) => Promise<void>) | undefined

  constructor(options: { readonly name: string; readonly chainId: number; readonly rpcUrl: string }) {
    this.name = options.name
    this.chainId = options.chainId
    this.networks.add(options.chainId)
    this.#rpcUrl = options.rpcUrl
  }

  get address(): Hex {
    return this.account.address.toLowerCase() as Hex
  }

  /** Installs it in a page, for now and for every load to come. */
  async install(page: Page): Promise<void> {
    const channel = `ask_${this.name.replaceAll(/\W/g, '')}`
    await page.exposeFunction(channel, (call: Call) => this.answer(call))
    const listing = { channel, name: this.name, rdns: `example.${channel.toLowerCase()}` }
    await page.addInitScript(announce, listing)
    await page.evaluate(announce, listing)
    this.#emit = async (event, value) => {
      await page.evaluate(
        ([from, kind, what]) => {
          globalThis.dispatchEvent(new CustomEvent(`${from}:${kind}`, { detail: what }))
        },
        [channel, event, value] as const,
      )
    }
  }

  /** What it answers to a call, an error as its code. */
  async answer(call: Call): Promise<{ result?: unknown; error?: { code: number; message: string } }> {
    try {
      return { result: await this.request(call) }
    } catch (error) {
      const { message } = error as Error
      return { error: { code: error instanceof WalletRefusal ? error.code : -32603, message } }
    }
  }

  async request({ method, params = [] }: Call): Promise<unknown> {
    this.asked.push(method)
    if (this.declined.has(method)) throw new WalletRefusal(4001, 'User rejected the request.')
    switch (method) {
      case 'eth_requestAccounts':
        this.isConnected = true
        return [this.account.address]
      case 'eth_accounts':
        return this.isConnected ? [this.account.address] : []
      case 'eth_chainId':
        return `0x${this.chainId.toString(16)}`
      case 'personal_sign':
        return this.account.signMessage({ message: hexToString(params[0] as Hex) })
      case 'eth_signTypedData_v4':
        return this.account.signTypedData(JSON.parse(params[1] as string) as TypedDataDefinition)
      case 'eth_sendTransaction': {
        const { to, data } = params[0] as { to: Hex; data: Hex }
        const client = createWalletClient({ account: this.account, transport: http(this.#rpcUrl) })
        return client.sendTransaction({ to, data, chain: null })
      }
      case 'wallet_switchEthereumChain':
        return this.switchTo(Number((params[0] as { chainId: string }).chainId))
      case 'wallet_addEthereumChain':
        this.networks.add(Number((params[0] as { chainId: string }).chainId))
        return null
      case 'wallet_revokePermissions':
        this.isConnected = false
        return null
      default:
        throw new WalletRefusal(4200, `${method} is not supported`)
    }
  }

  /** As its owner does, in the wallet itself. */
  async switchTo(chainId: number): Promise<null> {
    if (!this.networks.has(chainId)) throw new WalletRefusal(4902, 'Unrecognized chain ID.')
    this.chainId = chainId
    await this.#emit?.('chainChanged', `0x${chainId.toString(16)}`)
    return null
  }

  /** As its owner does: the page may not see any account any more, or sees another one. */
  async show(accounts: readonly Hex[]): Promise<void> {
    this.isConnected = accounts.length > 0
    await this.#emit?.('accountsChanged', accounts)
  }
}

/** Runs in the page. */
function announce({ channel, name, rdns }: { channel: string; name: string; rdns: string }): void {
  const ask = (
    globalThis as unknown as Record<string, (call: unknown) => Promise<{ result?: unknown; error?: object }>>
  )[channel]
  const provider = {
    async request(call: unknown) {
      const { result, error } = (await ask?.(call)) ?? {}
      if (error) throw Object.assign(new Error(), error)
      return result
    },
    on(event: string, listener: (value: unknown) => void) {
      globalThis.addEventListener(`${channel}:${event}`, (heard) => {
        listener((heard as CustomEvent).detail)
      })
    },
    removeListener() {
      // Pages of these tests keep listening.
    },
  }
  const icon =
    'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="%23b5502a"/></svg>'
  const info = { uuid: crypto.randomUUID(), name, rdns, icon }
  const say = () =>
    globalThis.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }),
    )
  globalThis.addEventListener('eip6963:requestProvider', say)
  say()
}
