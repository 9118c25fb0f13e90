import { createPublicClient, createTestClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replacementFees } from '#coordinator/edge/chain/fees.ts'
import { TransactionQueue, type TransactionQueueOptions } from '#coordinator/edge/chain/transaction-queue.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { startAnvil, type Anvil } from '../../contracts/anvil.ts'

const someone: Hex = toHex(new Uint8Array(20).fill(5))
let anvil: Anvil

beforeAll(async () => {
  anvil = await startAnvil()
})
afterAll(() => anvil.stop())

/** A queue of an account of its own, and the hand that makes blocks. */
async function aQueue(options: Partial<TransactionQueueOptions> = {}) {
  const transport = http(anvil.url)
  const reader = createPublicClient({ chain: foundry, transport, pollingInterval: 10, cacheTime: 0 })
  const node = createTestClient({ chain: foundry, mode: 'anvil', transport })
  const account = privateKeyToAccount(generatePrivateKey())
  await node.setBalance({ address: account.address, value: 10n ** 20n })
  const queue = new TransactionQueue({ reader, account, confirmations: 1, ...options })
  const sendOne = (value = 1n) => queue.run((send) => send({ to: someone, value }))
  /** The account's transactions that wait, as [nonce, fee]. */
  const waiting = async () => {
    const pool = await node.getTxpoolContent()
    const own = Object.entries(pool.pending).find(
      ([address]) => address.toLowerCase() === account.address.toLowerCase(),
    )
    return Object.values(own?.[1] ?? {}).map(
      ({ nonce, maxFeePerGas }) => [BigInt(nonce), BigInt(maxFeePerGas ?? 0)] as const,
    )
  }
  const nonce = () => reader.getTransactionCount({ address: account.address })
  return { reader, node, account, queue, sendOne, waiting, nonce }
}

test('[M10] one transaction at a time, in the order in which they came', async () => {
  const { queue, reader, sendOne } = await aQueue()
  const order: string[] = []
  const runs = ['first', 'second', 'third'].map((name) =>
    queue.run(async (send) => {
      order.push(`${name} begins`)
      const hash = await send({ to: someone, value: 1n })
      order.push(`${name} is in`)
      return hash
    }),
  )
  const hashes = await Promise.all(runs)
  expect(order).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} is in`]))
  const nonces = await Promise.all(hashes.map(async (hash) => (await reader.getTransaction({ hash })).nonce))
  expect(nonces).toEqual([0, 1, 2])
  expect(await sendOne()).toMatch(/^0x/)
})

test('[M10] one that fails tells its caller and holds nobody up', async () => {
  const { queue, sendOne, nonce } = await aQueue()
  const failed = queue.run(() => Promise.reject(new Error('out of luck')))
  const next = sendOne()
  await expect(failed).rejects.toThrow('out of luck')
  await next
  // What would revert is noticed before it is sent, and costs nothing.
  await expect(sendOne(10n ** 30n)).rejects.toThrow()
  expect(await nonce()).toBe(1)
})

test('[M10] without a receipt it is sent again with higher fees under the same nonce, and comes in once', async () => {
  const { node, sendOne, waiting, nonce, reader } = await aQueue({ bumpAfterMs: 50 })
  const before = await reader.getBalance({ address: someone })
  await node.setAutomine(false)
  try {
    const sent = sendOne(7n)
    await expect.poll(waiting).toHaveLength(1)
    const first = (await waiting())[0]?.[1] ?? 0n
    await expect.poll(async () => (await waiting())[0]?.[1] ?? 0n).toBeGreaterThan(first * 2n)
    expect((await waiting()).map(([own]) => own)).toEqual([0n])
    await node.mine({ blocks: 1 })
    const receipt = await reader.getTransactionReceipt({ hash: await sent })
    expect(receipt.status).toBe('success')
  } finally {
    await node.setAutomine(true)
  }
  expect(await nonce()).toBe(1)
  expect((await reader.getBalance({ address: someone })) - before).toBe(7n)
})

test('[M10] what a former life left waiting is replaced, so the queue never wedges', async () => {
  const { node, account, sendOne, waiting, nonce, reader } = await aQueue({ bumpAfterMs: 50 })
  await node.setAutomine(false)
  try {
    const orphan = await account.signTransaction({
      ...{ to: someone, value: 1n, nonce: 0, gas: 21_000n, chainId: foundry.id, type: 'eip1559' },
      ...{ maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n },
    })
    await reader.sendRawTransaction({ serializedTransaction: orphan })
    const sent = sendOne(2n)
    await expect.poll(async () => (await waiting())[0]?.[1] ?? 0n).toBeGreaterThan(10n ** 11n)
    await node.mine({ blocks: 1 })
    expect((await reader.getTransaction({ hash: await sent })).value).toBe(2n)
  } finally {
    await node.setAutomine(true)
  }
  expect(await nonce()).toBe(1)
})

test('[M10] it counts only once enough blocks hold it', async () => {
  const { node, sendOne, nonce } = await aQueue({ confirmations: 3 })
  let isDone = false
  const sent = sendOne().then((hash) => {
    isDone = true
    return hash
  })
  await expect.poll(nonce).toBe(1)
  await node.mine({ blocks: 1 })
  await Promise.race([sent, expect.poll(nonce).toBe(1)])
  expect(isDone).toBe(false)
  await node.mine({ blocks: 1 })
  expect(await sent).toMatch(/^0x/)
})

test('[M10] one that a reorganisation takes out of the chain is sent again', async () => {
  const { node, sendOne, nonce, reader } = await aQueue({ confirmations: 4, bumpAfterMs: 50 })
  const snapshot = await node.snapshot()
  const sent = sendOne(3n)
  await expect.poll(nonce).toBe(1)
  await node.revert({ id: snapshot })
  expect(await nonce()).toBe(0)
  await expect.poll(nonce).toBe(1)
  await node.mine({ blocks: 4 })
  expect((await reader.getTransactionReceipt({ hash: await sent })).status).toBe('success')
})

test('[M10] one that never comes in is reported, with all that was sent', async () => {
  const { node, sendOne } = await aQueue({ bumpAfterMs: 20, limitMs: 100 })
  await node.setAutomine(false)
  try {
    await expect(sendOne()).rejects.toThrow(/nonce 0 has 1 confirmations after 0.1 s; sent were 0x/)
  } finally {
    await node.setAutomine(true)
  }
})

test('[M10] fees rise by a quarter each time, and never below what is asked today', () => {
  const today = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n }
  expect(replacementFees(undefined, today)).toEqual(today)
  expect(replacementFees(today, today)).toEqual({ maxFeePerGas: 126n, maxPriorityFeePerGas: 13n })
  const higher = { maxFeePerGas: 900n, maxPriorityFeePerGas: 20n }
  expect(replacementFees(today, higher)).toEqual(higher)
})
