import * as v from 'valibot'
import { problemSchema, providerViewSchema, type ProviderView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import {
  signInNonceSchema,
  signInViewSchema,
  walletLinkViewSchema,
  walletSettingsSchema,
  type SignInNonce,
  type SignInRequest,
  type SignInView,
  type WalletLinkRequest,
  type WalletLinkView,
  type WalletSettings,
} from '#protocol/wallet-api.ts'
import { WalletError } from './wallet.ts'

const answerMsMax = 20_000
const receiptSchema = v.object({ result: v.nullable(v.object({ status: v.string() })) })

/** The coordinator's side of wallets. Methods throw a `WalletError`: `notTaken` for what it refuses, else `unreachable`. */
export class WalletApi {
  readonly #baseUrl: string

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  settings(): Promise<WalletSettings> {
    return this.#ask(walletSettingsSchema, '/api/v1/wallet')
  }

  nonce(): Promise<SignInNonce> {
    return this.#ask(signInNonceSchema, '/api/v1/wallet/nonces', { method: 'POST' })
  }

  signIn(request: SignInRequest): Promise<SignInView> {
    return this.#ask(signInViewSchema, '/api/v1/wallet/sessions', withBody(request))
  }

  async signOut(token: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` }
    await this.#ask(v.unknown(), '/api/v1/wallet/sessions', { method: 'DELETE', headers })
  }

  link(sessionKey: Hex): Promise<WalletLinkView> {
    return this.#ask(walletLinkViewSchema, `/api/v1/wallet/links/${sessionKey}`)
  }

  file(request: WalletLinkRequest, token: string | undefined): Promise<WalletLinkView> {
    return this.#ask(walletLinkViewSchema, '/api/v1/wallet/links', withBody(request, token))
  }

  account(address: Hex): Promise<ProviderView> {
    return this.#ask(providerViewSchema, `/api/v1/providers/${address}`)
  }

  /** Lets the coordinator look at the chain how far an account has been paid. */
  lookForClaims(address: Hex): Promise<ProviderView> {
    return this.#ask(providerViewSchema, `/api/v1/providers/${address}/claims`, { method: 'POST' })
  }

  /** How a transaction ended; undefined while it has not. */
  async outcome(transaction: Hex): Promise<'confirmed' | 'failed' | undefined> {
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_getTransactionReceipt', params: [transaction] }
    const { result } = await this.#ask(receiptSchema, '/rpc', withBody(call))
    if (!result) return undefined
    return result.status === '0x1' ? 'confirmed' : 'failed'
  }

  async #ask<Schema extends v.GenericSchema>(
    schema: Schema,
    path: string,
    request: RequestInit = {},
  ): Promise<v.InferOutput<Schema>> {
    let status: number
    let answer: unknown
    try {
      const signal = AbortSignal.timeout(answerMsMax)
      const response = await fetch(new URL(path, this.#baseUrl), { ...request, signal })
      status = response.status
      answer = status === 204 ? undefined : await response.json()
    } catch (error) {
      throw new WalletError('unreachable', 'The coordinator gave no answer.', error)
    }
    if (status >= 400) {
      const problem = v.safeParse(problemSchema, answer)
      const detail = problem.success ? problem.output.detail : `It answered ${status}.`
      throw new WalletError(status >= 500 ? 'unreachable' : 'notTaken', detail)
    }
    const parsed = v.safeParse(schema, answer)
    if (parsed.success) return parsed.output
    throw new WalletError('unreachable', `${path}: ${parsed.issues[0].message}`)
  }
}

function withBody(body: unknown, token?: string): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  }
}
