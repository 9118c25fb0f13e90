import * as v from 'valibot'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { toJson } from '#protocol/frames.ts'
import type { WalletFaultKind, WalletInfo } from '#web/core/wallet-view.ts'
import { WalletError, type Network, type TypedData, type Wallet, type WalletState } from './wallet.ts'

/** What every wallet's provider has (EIP-1193). */
export interface RpcProvider {
  request(call: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>
  on(event: string, listener: (value: never) => void): unknown
  removeListener(event: string, listener: (value: never) => void): unknown
}

const accountsSchema = v.array(
  v.pipe(
    v.string(),
    v.regex(/^0x[0-9a-fA-F]{40}$/),
    v.transform((text) => text.toLowerCase() as Hex),
  ),
)
const hexSchema = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-fA-F]*$/),
  v.transform((text) => text.toLowerCase() as Hex),
)
/** Wallets tell the network in hexadecimal; some in decimal. */
const chainIdSchema = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.number(),
  v.safeInteger(),
)

/** What EIP-712 knows of a domain, in its order; wallets want to be told which of it there is. */
const domainFields = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]

/** A wallet behind an EIP-1193 provider. */
export class RpcWallet implements Wallet {
  readonly info: WalletInfo
  readonly #provider: RpcProvider
  readonly #listeners = new Set<(state: WalletState) => void>()
  #state: WalletState | undefined

  constructor(info: WalletInfo, provider: RpcProvider) {
    this.info = info
    this.#provider = provider
    provider.on('accountsChanged', (accounts: unknown) => {
      const parsed = v.safeParse(accountsSchema, accounts)
      this.#move({ account: parsed.success ? parsed.output[0] : undefined })
    })
    provider.on('chainChanged', (chainId: unknown) => {
      const parsed = v.safeParse(chainIdSchema, chainId)
      if (parsed.success) this.#move({ chainId: parsed.output })
    })
    // Injected wallets say this when they lose their node and mend it themselves: then the account is still there.
    provider.on('disconnect', () => {
      void this.#accounts('eth_accounts').then(
        ([account]) => {
          if (account === undefined) this.#move({ account: undefined })
        },
        () => {
          this.#move({ account: undefined })
        },
      )
    })
  }

  async connect(): Promise<WalletState> {
    const [account] = await this.#accounts('eth_requestAccounts')
    if (account === undefined) throw new WalletError('noAccount', 'The wallet gave no account.')
    return this.#arrive(account)
  }

  async restore(): Promise<WalletState | undefined> {
    const [account] = await this.#accounts('eth_accounts')
    return account === undefined ? undefined : this.#arrive(account)
  }

  onChange(listener: (state: WalletState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  signMessage(account: Hex, message: string): Promise<Hex> {
    return this.#ask(hexSchema, 'personal_sign', [toHex(new TextEncoder().encode(message)), account])
  }

  signTypedData(account: Hex, { domain, types, primaryType, message }: TypedData): Promise<Hex> {
    const whole = { EIP712Domain: domainFields.filter(({ name }) => name in domain), ...types }
    const text = toJson({ domain, types: whole, primaryType, message })
    return this.#ask(hexSchema, 'eth_signTypedData_v4', [account, text])
  }

  sendCall(account: Hex, { to, data }: { readonly to: Hex; readonly data: Hex }): Promise<Hex> {
    return this.#ask(hexSchema, 'eth_sendTransaction', [{ from: account, to, data }])
  }

  async switchTo({ chainId, name, rpcUrl }: Network): Promise<void> {
    const id = `0x${chainId.toString(16)}`
    try {
      await this.#ask(v.unknown(), 'wallet_switchEthereumChain', [{ chainId: id }])
    } catch (error) {
      if (!isUnknownNetwork(error)) throw error
      const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 }
      await this.#ask(v.unknown(), 'wallet_addEthereumChain', [
        { chainId: id, chainName: name, rpcUrls: [rpcUrl], nativeCurrency },
      ])
      await this.#ask(v.unknown(), 'wallet_switchEthereumChain', [{ chainId: id }])
    }
    this.#move({ chainId: await this.#ask(chainIdSchema, 'eth_chainId') })
  }

  async disconnect(): Promise<void> {
    // Few wallets know this; for the others it is enough that the page forgets them.
    await this.#ask(v.unknown(), 'wallet_revokePermissions', [{ eth_accounts: {} }]).catch(() => undefined)
    this.#move({ account: undefined })
  }

  /** The connection has ended, and whoever ended it will not say so. */
  end(): void {
    this.#move({ account: undefined })
  }

  async #arrive(account: Hex): Promise<WalletState> {
    const chainId = await this.#ask(chainIdSchema, 'eth_chainId')
    this.#state = { account, chainId }
    return this.#state
  }

  #move(change: Partial<WalletState>): void {
    const before = this.#state
    if (!before) return
    const after = { ...before, ...change }
    if (after.account === before.account && after.chainId === before.chainId) return
    this.#state = after.account === undefined ? undefined : after
    for (const listener of this.#listeners) listener(after)
  }

  #accounts(method: 'eth_accounts' | 'eth_requestAccounts'): Promise<readonly Hex[]> {
    return this.#ask(accountsSchema, method)
  }

  async #ask<Schema extends v.GenericSchema>(
    schema: Schema,
    method: string,
    params?: readonly unknown[],
  ): Promise<v.InferOutput<Schema>> {
    let answer: unknown
    try {
      answer = await this.#provider.request({ method, ...(params && { params }) })
    } catch (error) {
      throw walletErrorOf(error)
    }
    const parsed = v.safeParse(schema, answer)
    if (parsed.success) return parsed.output
    throw new WalletError('walletFailed', `${method}: ${parsed.issues[0].message}`)
  }
}

/** Codes of EIP-1193 and EIP-1474, and those of WalletConnect that mean the same. */
const kinds: Readonly<Record<number, WalletFaultKind>> = {
  4001: 'rejected',
  5000: 'rejected',
  5002: 'rejected',
  4100: 'noAccount',
  4900: 'disconnected',
  4901: 'wrongNetwork',
  4902: 'networkRefused',
  [-32002]: 'alreadyAsking',
  [-32003]: 'rejected',
}

/** An error of a wallet in words of the closed list. */
export function walletErrorOf(error: unknown): WalletError {
  if (error instanceof WalletError) return error
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown
    message?: unknown
  }
  const text = typeof message === 'string' ? message : String(error)
  const kind = typeof code === 'number' ? kinds[code] : undefined
  if (kind) return new WalletError(kind, text, error)
  // Wallets over a relay often say no more than a sentence.
  if (/reject|denied|cancell?ed/i.test(text)) return new WalletError('rejected', text, error)
  if (/insufficient funds|gas required exceeds/i.test(text)) return new WalletError('noGas', text, error)
  return new WalletError('walletFailed', text, error)
}

/** Whether a wallet could not switch because it does not know the network. */
function isUnknownNetwork(error: unknown): boolean {
  if (!(error instanceof WalletError)) return false
  return (
    error.kind === 'networkRefused' ||
    /unrecogni[sz]ed chain|not been added|unknown chain/i.test(error.message)
  )
}
