import { decodeFunctionData, getAddress, hashTypedData } from 'viem'
import { expect, test } from 'vitest'
import { settlement } from '#contracts/artifacts.ts'
import { walletLinkDigest, walletLinkTypedData, type WalletLink } from '#protocol/wallet-link.ts'
import { claimAbi, claimCall } from '#web/edge/wallet/claim-call.ts'
import { pairingCodeOf } from '#web/edge/wallet/qr.ts'

const link: WalletLink = {
  chainId: 31_337,
  contract: `0x${'5e'.repeat(20)}`,
  sessionKey: `0x${'aa'.repeat(20)}`,
  wallet: `0x${'bb'.repeat(20)}`,
  serial: 3,
  expiresAtSeconds: 1_900_000_000,
}

test('[Y1] the digest is that of the typed data which a wallet shows', () => {
  expect(walletLinkDigest(link)).toBe(hashTypedData(walletLinkTypedData(link)))
})

test.each<[string, Partial<WalletLink>]>([
  ['chain', { chainId: 1 }],
  ['contract', { contract: `0x${'5f'.repeat(20)}` }],
  ['session key', { sessionKey: `0x${'ab'.repeat(20)}` }],
  ['wallet', { wallet: `0x${'bc'.repeat(20)}` }],
  ['serial', { serial: 4 }],
  ['expiry', { expiresAtSeconds: 1_900_000_001 }],
])('[Y1] another %s is another digest', (_, change) => {
  expect(walletLinkDigest({ ...link, ...change })).not.toBe(walletLinkDigest(link))
})

test('[Y9] the call that a wallet is asked to send is the contract’s claim, and nothing else', () => {
  const proof = [`0x${'cd'.repeat(32)}`] as const
  const claim = { epoch: 1, root: proof[0], cumulativeWei: 7n, proof: [...proof] }
  const data = claimCall(link.wallet, claim)
  const expected = [getAddress(link.wallet), 7n, [...proof]]
  expect(decodeFunctionData({ abi: settlement.abi, data })).toEqual({ functionName: 'claim', args: expected })
  expect(claimAbi).toHaveLength(1)
})

test('a pairing code has a quiet margin and its three corners', () => {
  const { size, path } = pairingCodeOf('wc:abc@2?relay-protocol=irn')
  expect(size).toBeGreaterThan(25)
  expect(path).toContain('M4 4h1v1h-1z')
  expect(path).toContain(`M${size - 5} 4h1v1h-1z`)
  expect(path).toContain(`M4 ${size - 5}h1v1h-1z`)
  expect(/M[0-3] |M\d+ [0-3]h/.test(path)).toBe(false)
})
