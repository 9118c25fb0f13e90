import { hashTypedData, recoverAddress, recoverMessageAddress, type Hex } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { walletLinkTypedData } from '#protocol/wallet-link.ts'
import { WalletError, type Wallet, type WalletState } from '#web/edge/wallet/wallet.ts'
import type { InjectedWallet } from './injected-wallet.ts'

export interface WalletUnderTest {
  readonly wallet: Wallet
  /** The same, as a page that was loaded anew finds it. */
  reload(): Wallet
  /** What stands behind it, with its owner. */
  readonly owner: InjectedWallet
  /** The owner ends the connection. */
  end(): Promise<void>
  dispose(): Promise<void>
}

const contract: Hex = `0x${'5e'.repeat(20)}`

/** The duties of every wallet, as `web/edge/wallet/wallet.ts` numbers them. */
export function describeWallet(name: string, open: () => Promise<WalletUnderTest>): void {
  describe(`[Y6] a wallet: ${name}`, () => {
    let under: WalletUnderTest
    let heard: WalletState[]
    beforeEach(async () => {
      under = await open()
      heard = []
      under.wallet.onChange((state) => heard.push(state))
    })
    afterEach(() => under.dispose())

    const faultOf = async (attempt: Promise<unknown>) => {
      const error: unknown = await attempt.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      return error instanceof WalletError ? error.kind : error
    }
    const connected = async () => {
      const { account } = await under.wallet.connect()
      if (account === undefined) throw new Error('a connected wallet has an account')
      return account
    }

    test('tells account, in lower case, and network', async () => {
      const { address, chainId } = under.owner
      expect(await under.wallet.connect()).toEqual({ account: address, chainId })
      expect(under.wallet.info.name).toBeTruthy()
    })

    test('signs a message and typed data with that account', async () => {
      const account = await connected()
      const signature = await under.wallet.signMessage(account, 'Grüße, 世界')
      const signer = await recoverMessageAddress({ message: 'Grüße, 世界', signature })
      expect(signer.toLowerCase()).toBe(account)
      const data = walletLinkTypedData({
        ...{ chainId: under.owner.chainId, contract, sessionKey: contract, wallet: account },
        ...{ serial: 1, expiresAtSeconds: 1_900_000_000 },
      })
      const typed = await under.wallet.signTypedData(account, data)
      const hash = hashTypedData(data)
      expect((await recoverAddress({ hash, signature: typed })).toLowerCase()).toBe(account)
    })

    test.each(['personal_sign', 'eth_signTypedData_v4', 'eth_sendTransaction'])(
      'says when its owner declines %s',
      async (method) => {
        const account = await connected()
        under.owner.declined.add(method)
        const data = {
          domain: { chainId: under.owner.chainId },
          types: { A: [] },
          primaryType: 'A',
          message: {},
        }
        const attempt = {
          personal_sign: () => under.wallet.signMessage(account, 'no'),
          eth_signTypedData_v4: () => under.wallet.signTypedData(account, data),
          eth_sendTransaction: () => under.wallet.sendCall(account, { to: contract, data: '0x' }),
        }[method]
        expect(await faultOf(attempt?.() ?? Promise.resolve())).toBe('rejected')
      },
    )

    test('is found again after a reload without a question, and not before it was connected', async () => {
      expect(await under.reload().restore()).toBeUndefined()
      const account = await connected()
      const asked = under.owner.asked.length
      expect(await under.reload().restore()).toMatchObject({ account })
      const questions = [
        'eth_requestAccounts',
        'personal_sign',
        'eth_signTypedData_v4',
        'eth_sendTransaction',
      ]
      expect(under.owner.asked.slice(asked).filter((method) => questions.includes(method))).toEqual([])
    })

    test('tells once that its owner has ended the connection', async () => {
      await connected()
      await under.end()
      await expect.poll(() => heard.map(({ account }) => account)).toEqual([undefined])
    })

    test('tells once that the page has ended it, and may be told so twice', async () => {
      await connected()
      await under.wallet.disconnect()
      await under.wallet.disconnect()
      expect(heard.map(({ account }) => account)).toEqual([undefined])
      expect(await under.reload().restore()).toBeUndefined()
    })
  })
}
