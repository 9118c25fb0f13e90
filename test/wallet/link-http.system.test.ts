import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createWalletClient,
  http,
  numberToHex,
  parseEther,
  publicActions,
  serializeErc6492Signature,
  type Hex,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import type { SignInNonce, SignInView, WalletLinkView } from '#protocol/wallet-api.ts'
import { linkMsMax, walletLinkDigest, walletLinkTypedData, type WalletLink } from '#protocol/wallet-link.ts'
import { Anvil } from '#coordinator/edge/chain/anvil.ts'
import { chainId, World } from '../coordinator/core/a-world.ts'
import { anHttpApp, type HttpAppUnderTest } from '../coordinator/edge/an-http-app.ts'
import { anOffer } from '../network/an-offer.ts'
import { compileAccounts, plannedAccount } from './smart-account.ts'

const host = 'localhost:8787'
const contract: Hex = `0x${'00'.repeat(20)}`
const session = sessionKeyOf(new Uint8Array(32).fill(7))
const owner = privateKeyToAccount(generatePrivateKey())
const wallet = owner.address.toLowerCase() as Hex

let folder: string
let anvil: Anvil
let under: HttpAppUnderTest

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
  anvil = (await Anvil.start({ folder, chainId, onDeath: () => undefined })).anvil
})
afterAll(async () => {
  await anvil.stop()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  const world = new World()
  world.happens({
    kind: 'providerJoined',
    session: 'one',
    provider: session.provider,
    capacity: 1,
    offer: anOffer(),
  })
  const relayRpc = (request: unknown) => {
    const { method, params } = request as { method: string; params: unknown[] }
    return anvil.call(method, params)
  }
  under = await anHttpApp({ relayRpc }, world)
})
afterEach(() => under.dispose())

async function ask(
  path: string,
  body?: unknown,
  token?: string,
): Promise<{ status: number; answer: unknown }> {
  const response = await under.app.request(`http://${host}/api/v1/wallet${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      host,
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, answer: await response.json() }
}

interface Words {
  readonly domain?: string
  readonly uri?: string
  readonly chain?: number
  readonly nonce?: string
  readonly lateMs?: number
  readonly lastsMs?: number
  readonly address?: Hex
}

async function signInMessage(words: Words = {}): Promise<string> {
  const { answer } = await ask('/nonces', {})
  const { nonce, issuedAtMs, expiresAtMs } = answer as SignInNonce
  const issuedAt = new Date(issuedAtMs + (words.lateMs ?? 0))
  return createSiweMessage({
    address: words.address ?? owner.address,
    chainId: words.chain ?? chainId,
    domain: words.domain ?? host,
    uri: words.uri ?? `http://${host}`,
    version: '1',
    nonce: words.nonce ?? nonce,
    issuedAt,
    expirationTime:
      words.lastsMs === undefined ? new Date(expiresAtMs) : new Date(issuedAt.getTime() + words.lastsMs),
  })
}

/** Signs in as the owner; what is told about it is changed as a test wants it. */
async function signIn(words: Words = {}, by = owner) {
  const message = await signInMessage(words)
  const signature = await by.signMessage({ message })
  return { ...(await ask('/sessions', { message, signature })), message, signature }
}

const tokenOf = async (): Promise<string> => ((await signIn()).answer as SignInView).token
const reasonOf = (answer: unknown) => (answer as { reason: string }).reason

async function preparedLink(changes: Partial<WalletLink> = {}): Promise<WalletLink> {
  const { answer } = await ask(`/links/${session.provider}`)
  const { next } = answer as WalletLinkView
  return { chainId, contract, sessionKey: session.provider, wallet, ...next, ...changes }
}

async function fileLink(
  link: WalletLink,
  options: { token?: string; by?: typeof owner; signature?: Hex; key?: typeof session } = {},
) {
  const { sessionKey, wallet: payee, serial, expiresAtSeconds } = link
  const body = {
    ...{ sessionKey, wallet: payee, serial, expiresAtSeconds },
    sessionSignature: signDigest(options.key ?? session, walletLinkDigest(link)),
    walletSignature:
      options.signature ?? (await (options.by ?? owner).signTypedData(walletLinkTypedData(link))),
  }
  return ask('/links', body, options.token ?? (await tokenOf()))
}

describe('[Y5] signing in', () => {
  test('works once for a nonce', async () => {
    const first = await signIn()
    expect(first.status).toBe(201)
    expect(first.answer).toMatchObject({ address: wallet })
    const { message, signature } = first
    const again = await ask('/sessions', { message, signature })
    expect([again.status, reasonOf(again.answer)]).toEqual([403, 'unauthorised'])
  })

  test.each<[string, Words]>([
    ['another site', { domain: 'evil.example' }],
    ['another address', { uri: 'http://evil.example' }],
    ['another chain', { chain: 1 }],
    ['a nonce of its own', { nonce: 'a'.repeat(76) }],
    ['later', { lateMs: 60_000 }],
    ['longer than five minutes', { lastsMs: 5 * 60_000 + 1 }],
    ['what is over', { lateMs: -10 * 60_000, lastsMs: 60_000 }],
  ])('is refused for %s', async (_, words) => {
    const { status, answer } = await signIn(words)
    expect([status, reasonOf(answer)]).toEqual([403, 'unauthorised'])
  })

  test('is refused once five minutes have passed, and ends after half an hour', async () => {
    const message = await signInMessage()
    const signature = await owner.signMessage({ message })
    under.world.nowMs += 5 * 60_000
    expect((await ask('/sessions', { message, signature })).status).toBe(403)
    const token = await tokenOf()
    expect((await ask('/links', undefined, token)).status).toBe(200)
    under.world.nowMs += 30 * 60_000
    expect((await ask('/links', undefined, token)).status).toBe(403)
  })

  test('is refused with another’s signature, and to words that are no such message', async () => {
    const { status, answer } = await signIn({}, privateKeyToAccount(generatePrivateKey()))
    expect([status, reasonOf(answer)]).toEqual([401, 'badSignature'])
    const strange = await ask('/sessions', { message: 'let me in', signature: '0x00' })
    expect([strange.status, reasonOf(strange.answer)]).toEqual([400, 'malformed'])
  })
})

describe('[Y1] a link', () => {
  test('signed by session key and wallet says where the pay goes', async () => {
    const token = await tokenOf()
    const { status, answer } = await fileLink(await preparedLink(), { token })
    expect(status).toBe(201)
    expect(answer).toMatchObject({ wallet, pending: null, next: { serial: 2 } })
    expect((await ask('/links', undefined, token)).answer).toEqual({
      wallet,
      sessionKeys: [session.provider],
    })
  })

  test.each<[string, Partial<WalletLink>]>([
    ['chain', { chainId: 1 }],
    ['contract', { contract: `0x${'01'.repeat(20)}` }],
  ])('for another %s is refused', async (_, changes) => {
    const { status, answer } = await fileLink(await preparedLink(changes))
    expect([status, reasonOf(answer)]).toEqual([401, 'badSignature'])
  })

  test('is refused with a session key’s or a wallet’s signature that is another’s', async () => {
    const link = await preparedLink()
    for (const wrong of [
      { key: sessionKeyOf(new Uint8Array(32).fill(8)) },
      { by: privateKeyToAccount(generatePrivateKey()) },
    ])
      expect(reasonOf((await fileLink(link, wrong)).answer)).toBe('badSignature')
  })

  test('is refused late, too early, without sign-in and for another wallet than the one signed in', async () => {
    const link = await preparedLink()
    const token = await tokenOf()
    const early = { ...link, expiresAtSeconds: link.expiresAtSeconds + 60 }
    expect(reasonOf((await fileLink(early, { token })).answer)).toBe('unauthorised')
    expect(reasonOf((await fileLink(link, { token: 'f'.repeat(64) })).answer)).toBe('unauthorised')
    const other = privateKeyToAccount(generatePrivateKey())
    const stolen = { ...link, wallet: other.address.toLowerCase() as Hex }
    expect(reasonOf((await fileLink(stolen, { token, by: other })).answer)).toBe('unauthorised')
    under.world.nowMs += linkMsMax
    expect(reasonOf((await fileLink(link)).answer)).toBe('unauthorised')
  })

  test('[Y2] is heard once', async () => {
    const link = await preparedLink()
    const token = await tokenOf()
    expect((await fileLink(link, { token })).status).toBe(201)
    const { status, answer } = await fileLink(link, { token })
    expect([status, reasonOf(answer)]).toEqual([409, 'wrongState'])
  })

  test('back to the session key needs no wallet, and waits as every change does', async () => {
    await fileLink(await preparedLink())
    const link = await preparedLink({ wallet: session.provider })
    const signature = signDigest(session, walletLinkDigest(link))
    const { status, answer } = await fileLink(link, { token: '', signature })
    expect(status).toBe(201)
    expect(answer).toMatchObject({ wallet, pending: { wallet: session.provider } })
  })

  test('of a smart account is believed when its contract says so, deployed (ERC-1271) or not yet (ERC-6492)', async () => {
    const code = compileAccounts()
    const deployer = privateKeyToAccount(generatePrivateKey())
    await anvil.call('anvil_setBalance', [deployer.address, numberToHex(parseEther('10'))])
    const client = createWalletClient({ account: deployer, transport: http(anvil.url) }).extend(publicActions)
    const receipt = await client.waitForTransactionReceipt({
      hash: await client.sendTransaction({ data: code.factory, chain: null }),
    })
    const factory = receipt.contractAddress ?? contract
    const { address, call } = plannedAccount({ code: code.account, factory, owner: owner.address })
    const wrapped = (signature: Hex) => serializeErc6492Signature({ address: factory, data: call, signature })
    const signInAs = async (sign: (message: string) => Promise<Hex>) => {
      const message = await signInMessage({ address })
      return ask('/sessions', { message, signature: await sign(message) })
    }
    const undeployed = await signInAs(async (message) => wrapped(await owner.signMessage({ message })))
    expect(undeployed.status).toBe(201)
    const stranger = privateKeyToAccount(generatePrivateKey())
    const forged = await signInAs(async (message) => wrapped(await stranger.signMessage({ message })))
    expect(reasonOf(forged.answer)).toBe('badSignature')

    await client.waitForTransactionReceipt({
      hash: await client.sendTransaction({ to: factory, data: call, chain: null }),
    })
    const deployed = await signInAs((message) => owner.signMessage({ message }))
    expect(deployed.status).toBe(201)
    const { token } = deployed.answer as SignInView
    const link = await preparedLink({ wallet: address })
    expect(reasonOf((await fileLink(link, { token, by: stranger })).answer)).toBe('badSignature')
    expect((await fileLink(link, { token })).answer).toMatchObject({ wallet: address })
  })
})
