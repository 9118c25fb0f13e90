import { join } from 'node:path'
import { createPublicClient, http, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maskToken } from '#contracts/artifacts.ts'
import { readNetwork } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import type { ProviderBrowser } from '../network/provider-browser.ts'
import { RunningJob } from '../network/running-job.ts'
import { writeSmallJob } from '../network/small-job.ts'
import { waitFor } from '../network/wait-for.ts'
import { InjectedWallet } from './injected-wallet.ts'
import { PhoneWallet } from './phone-wallet.ts'
import { TestRelay } from './relay.ts'

let relay: TestRelay
let network: LocalNetwork
let chainId: number
let token: Hex

beforeAll(async () => {
  relay = await TestRelay.start()
  network = await LocalNetwork.start({
    flags: [
      ...['--push-claims', 'off', '--relink-seconds', '1', '--epoch-seconds', '2'],
      ...['--walletconnect-project', 'test', '--walletconnect-relay', relay.url],
    ],
  })
  const view = await readNetwork(network.url)
  chainId = view.chainId
  token = view.contracts.token
})
afterAll(async () => {
  await network.stop()
  await relay.close()
})

/** The wallet panel of a contributor's page, and its buttons. */
function panelOf({ page }: ProviderBrowser) {
  const panel = page.locator('section[aria-labelledby="wallet-label"]')
  return {
    panel,
    press: (name: string) => panel.getByRole('button', { name, exact: true }).click(),
    payee: (address: string) => panel.locator(`[data-payee="${address}"]`).waitFor(),
    account: (address: string) => panel.locator(`[data-account="${address}"]`).waitFor(),
    fault: (kind: string, timeout = 30_000) => panel.locator(`[data-fault="${kind}"]`).waitFor({ timeout }),
    is: (kind: string) => panel.and(page.locator(`[data-wallet="${kind}"]`)).waitFor(),
  }
}

const balanceOf = (address: Hex) =>
  createPublicClient({ transport: http(`${network.url}/rpc`) }).readContract({
    ...{ address: token, abi: maskToken.abi, functionName: 'balanceOf', args: [address] },
  })

async function fund(address: Hex): Promise<bigint> {
  const answer = await fetch(`${network.url}/api/v1/faucet`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ address }),
  })
  expect(answer.status).toBe(201)
  return balanceOf(address)
}

/** Loads the page anew and presses the one button. */
async function restart({ page }: ProviderBrowser): Promise<void> {
  await page.reload()
  await page.getByRole('button', { name: 'Start lending' }).click()
}

/** All units are accepted, and what they have earned is in a root that is in effect. */
async function paidOut(job: RunningJob): Promise<void> {
  await waitFor('the job to be settled', 120_000, async () =>
    (await job.view()).state === 'settled' ? true : undefined,
  )
}

describe('wallets in the page', () => {
  let providers: readonly ProviderBrowser[]

  beforeAll(async () => {
    providers = [await network.addProvider(), await network.addProvider()]
  })
  const provider = (index: number): ProviderBrowser => {
    const found = providers[index]
    if (!found) throw new Error('both contributors have started')
    return found
  }

  test('[Y1] [Y3] [Y10] an injected wallet: sign in, link, claim, balance on chain', async () => {
    const wallet = new InjectedWallet({ name: 'Test wallet', chainId, rpcUrl: `${network.url}/rpc` })
    await wallet.install(provider(0).page)
    const { press, panel, payee, account, fault, is } = panelOf(provider(0))
    await press('Connect a wallet')

    wallet.declined.add('eth_requestAccounts')
    await press('Test wallet')
    await fault('rejected')
    wallet.declined.clear()
    await press('Test wallet')
    await account(wallet.address)

    for (const declined of ['personal_sign', 'eth_signTypedData_v4']) {
      wallet.declined.add(declined)
      await press('Link this wallet')
      await fault('rejected')
      wallet.declined.clear()
    }
    expect(await panel.locator('[data-payee="own"]').count()).toBe(1)

    await wallet.switchTo(chainId + 1).catch(() => undefined)
    wallet.networks.add(chainId + 1)
    await wallet.switchTo(chainId + 1)
    await panel.locator('[data-network="wrong"]').waitFor()
    wallet.networks.delete(chainId)
    await press('Switch the network')
    await panel.getByRole('button', { name: 'Link this wallet' }).waitFor()
    expect(wallet.asked.slice(-4)).toEqual([
      ...['wallet_switchEthereumChain', 'wallet_addEthereumChain', 'wallet_switchEthereumChain'],
      'eth_chainId',
    ])

    await press('Link this wallet')
    await payee(wallet.address)
    const job = await RunningJob.submit(network, { tilesPerSide: 2, samples: 1 })
    await paidOut(job)
    const beforeWei = await fund(wallet.address)
    await press('Claim now')
    await panel.locator('[data-claim="confirmed"]').waitFor()
    const { unitPayWei } = await job.view()
    expect((await balanceOf(wallet.address)) - beforeWei).toBe(4n * unitPayWei)
    await panel.locator('[data-payout="claimable"]').filter({ hasText: '0 MASK' }).waitFor()

    await restart(provider(0))
    const asked = wallet.asked.length
    await account(wallet.address)
    await payee(wallet.address)
    expect(wallet.asked.slice(asked)).toEqual(['eth_accounts', 'eth_chainId'])

    const another = new InjectedWallet({ name: 'Another', chainId, rpcUrl: `${network.url}/rpc` })
    await wallet.show([another.address])
    await fault('accountChanged')
    await account(another.address)
    await wallet.show([])
    await fault('disconnected')
    await is('none')
    await payee(wallet.address)
    const signed = new Set(wallet.asked.filter((method) => /sign|send/i.test(method)))
    expect([...signed]).toEqual(['personal_sign', 'eth_signTypedData_v4', 'eth_sendTransaction'])
    expect(provider(0).complaints).toEqual([])
  })

  test('[Y7] [Y8] [Y10] a wallet on a phone: pair, sign in, link, claim, reload, and its end', async () => {
    const { page } = provider(1)
    const { press, panel, payee, account, fault, is } = panelOf(provider(1))
    await press('Connect a wallet')
    await panel.getByRole('button', { name: 'WalletConnect' }).waitFor()
    expect(relay.clients, 'nobody has called the relay').toBe(0)

    relay.isSilent = true
    await press('WalletConnect a wallet on a phone, by QR code')
    await fault('relaySilent')
    await is('choosing')
    await waitFor('the page to hang up', 10_000, () => Promise.resolve(relay.clients === 0 || undefined))
    relay.isSilent = false

    const phone = await PhoneWallet.open({ relayUrl: relay.url, chainId, rpcUrl: `${network.url}/rpc` })
    const pair = async () => {
      await press('WalletConnect a wallet on a phone, by QR code')
      const uri = await page.getByTestId('pairing-link').getAttribute('href')
      await phone.scan(uri ?? '')
    }
    phone.declinesPairing = true
    await pair()
    await fault('rejected')
    phone.declinesPairing = false
    await pair()
    await account(phone.address)
    await press('Link this wallet')
    await payee(phone.address)

    const job = await RunningJob.submitFolder(
      network,
      await writeSmallJob(join(network.folder, 'phone-job'), { tilesPerSide: 2, samples: 1 }),
    )
    await paidOut(job)
    const beforeWei = await fund(phone.address)
    await press('Claim now')
    await panel.locator('[data-claim="confirmed"]').waitFor()
    const { unitPayWei } = await job.view()
    expect((await balanceOf(phone.address)) - beforeWei).toBe(4n * unitPayWei)

    await restart(provider(1))
    await account(phone.address)
    await phone.disconnect()
    await fault('disconnected')
    await is('none')
    await payee(phone.address)
    expect(phone.wallet.asked).toEqual(['personal_sign', 'eth_signTypedData_v4', 'eth_sendTransaction'])
    expect(provider(1).complaints).toEqual([])
    await phone.close()
  })
})
