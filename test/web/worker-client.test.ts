import { expose } from 'comlink'
import { describe, expect, test } from 'vitest'
import { WorkerClient, WorkerGoneError, type WorkerLike } from '#web/edge/worker-client.ts'

interface Api {
  double(value: number): number
  never(): void
}

/** A worker's shape around a message port, with an api behind it. */
function aWorker() {
  const { port1, port2 } = new MessageChannel()
  const unanswered = new Promise<void>(() => undefined)
  expose(
    { double: (value: number) => 2 * value, never: () => unanswered } satisfies Record<string, unknown>,
    port2,
  )
  const events = new EventTarget()
  let terminated = false
  const worker: WorkerLike = {
    postMessage: (message: unknown, transfer: Transferable[] = []) => {
      port1.postMessage(message, transfer)
    },
    addEventListener: (type, listener) => {
      ;(type === 'message' ? port1 : events).addEventListener(type, listener)
      port1.start()
    },
    removeEventListener: (type, listener) => {
      ;(type === 'message' ? port1 : events).removeEventListener(type, listener)
    },
    terminate: () => {
      terminated = true
      port1.close()
      port2.close()
    },
  }
  const crashes: WorkerGoneError[] = []
  const client = new WorkerClient<Api>(worker, (error) => crashes.push(error))
  return {
    client,
    crashes,
    fail: (cause: Error) => events.dispatchEvent(Object.assign(new Event('error'), { error: cause })),
    isTerminated: () => terminated,
  }
}

describe('worker client', () => {
  test('[W18] calls are answered', async () => {
    const { client } = aWorker()
    expect(await client.call((remote) => remote.double(21))).toBe(42)
    client.end()
  })

  test('[W18] a crash rejects every pending call, ends the worker and is told once', async () => {
    const { client, crashes, fail, isTerminated } = aWorker()
    const pending = [client.call((remote) => remote.never()), client.call((remote) => remote.never())]
    fail(new Error('boom'))
    fail(new Error('again'))
    for (const call of pending) await expect(call).rejects.toBeInstanceOf(WorkerGoneError)
    expect(crashes.map((error) => error.cause)).toEqual([new Error('boom')])
    expect(isTerminated()).toBe(true)
    await expect(client.call((remote) => remote.double(1))).rejects.toBeInstanceOf(WorkerGoneError)
  })

  test('[W18] a call without an answer ends with its time', async () => {
    const { client } = aWorker()
    await expect(client.call((remote) => remote.never(), 20)).rejects.toThrow('no answer in 20 ms')
    client.end()
  })

  test('[W18] ending on purpose rejects what is pending and is no crash', async () => {
    const { client, crashes, fail } = aWorker()
    const pending = client.call((remote) => remote.never())
    client.end()
    client.end()
    fail(new Error('late'))
    await expect(pending).rejects.toBeInstanceOf(WorkerGoneError)
    expect(crashes).toEqual([])
  })
})
