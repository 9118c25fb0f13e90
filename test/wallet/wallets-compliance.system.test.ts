import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RpcWallet, walletErrorOf, type RpcProvider } from '#web/edge/wallet/rpc-wallet.ts'
import { WalletConnectWallet } from '#web/edge/wallet/walletconnect-wallet.ts'
import { InjectedWallet } from './injected-wallet.ts'
import { PhoneWallet } from './phone-wallet.ts'
import { TestRelay } from './relay.ts'
import { describeWallet } from './wallet-compliance.ts'

const chainId = 31_337
const rpcUrl = 'http://127.0.0.1:9/rpc'
let relay: TestRelay
let folder: string

beforeAll(async () => {
  // Page and phone are in one process here, and their library would make them share a core.
  vi.stubEnv('DISABLE_GLOBAL_CORE', 'true')
  folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
  relay = await TestRelay.start()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await relay.close()
  await rm(folder, { recursive: true })
})

/** A provider as pages are given it, around a wallet in the same process. */
function providerOf(owner: InjectedWallet): RpcProvider & { emit(event: string, value: unknown): void } {
  const listeners: { readonly event: string; readonly listener: (value: never) => void }[] = []
  return {
    request: (call) => owner.request(call),
    on: (event, listener) => listeners.push({ event, listener }),
    removeListener: () => undefined,
    emit(event, value) {
      for (const heard of listeners) if (heard.event === event) heard.listener(value as never)
    },
  }
}

describeWallet('in the browser', () => {
  const owner = new InjectedWallet({ name: 'Test wallet', chainId, rpcUrl })
  const info = { kind: 'injected', id: 'example.test', name: 'Test wallet', icon: undefined } as const
  const provider = providerOf(owner)
  return Promise.resolve({
    wallet: new RpcWallet(info, provider),
    reload: () => new RpcWallet(info, providerOf(owner)),
    owner,
    end: () => {
      owner.isConnected = false
      provider.emit('accountsChanged', [])
      return Promise.resolve()
    },
    dispose: () => Promise.resolve(),
  })
})

let shelves = 0

describeWallet('on a phone', async () => {
  const phone = await PhoneWallet.open({ relayUrl: relay.url, chainId, rpcUrl })
  shelves += 1
  const database = join(folder, `shelf-${shelves}`)
  const opened: WalletConnectWallet[] = []
  const open = () => {
    const wallet = new WalletConnectWallet({
      ...{ projectId: 'test', relayUrl: relay.url, isLocal: true },
      network: { chainId, name: 'test', rpcUrl },
      page: { name: 'MASK', description: 'test', url: 'http://localhost' },
      showUri: (uri) => {
        if (uri !== undefined) void phone.scan(uri)
      },
      storageOptions: { database },
    })
    opened.push(wallet)
    return wallet
  }
  return {
    wallet: open(),
    reload: open,
    owner: phone.wallet,
    end: () => phone.disconnect(),
    dispose: async () => {
      for (const wallet of opened) await wallet.disconnect()
      await phone.close()
    },
  }
})

test.each<[unknown, string]>([
  [{ code: 4001, message: 'no' }, 'rejected'],
  [{ code: 5000, message: 'User rejected.' }, 'rejected'],
  [{ message: 'User denied the request' }, 'rejected'],
  [{ code: -32002, message: 'pending' }, 'alreadyAsking'],
  [{ code: 4100, message: 'locked' }, 'noAccount'],
  [{ code: 4902, message: 'Unrecognized chain ID' }, 'networkRefused'],
  [{ code: -32000, message: 'insufficient funds for gas * price + value' }, 'noGas'],
  ['boom', 'walletFailed'],
])('[Y6] %j means %s', (error, kind) => {
  expect(walletErrorOf(error).kind).toBe(kind)
})
