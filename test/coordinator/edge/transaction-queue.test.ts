import { expect, test } from 'vitest'
import { TransactionQueue } from '#coordinator/edge/chain/transaction-queue.ts'

test('[M7] one transaction at a time, in the order in which they came', async () => {
  const queue = new TransactionQueue()
  const log: string[] = []
  const gates = [0, 1, 2].map(() => Promise.withResolvers<undefined>())
  const runs = gates.map((gate, index) =>
    queue.run(async () => {
      log.push(`start ${index}`)
      await gate.promise
      log.push(`end ${index}`)
      return index
    }),
  )
  for (const gate of gates.toReversed()) gate.resolve(undefined)
  expect(await Promise.all(runs)).toEqual([0, 1, 2])
  expect(log).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2'])
})

test('[M7] one that fails tells its caller and holds nobody up', async () => {
  const queue = new TransactionQueue()
  const failed = queue.run(() => Promise.reject(new Error('out of gas')))
  const next = queue.run(() => Promise.resolve('sent'))
  await expect(failed).rejects.toThrow('out of gas')
  expect(await next).toBe('sent')
  expect(await queue.run(() => Promise.resolve('later'))).toBe('later')
})
