import { describe, expect, test } from 'vitest'
import { fetchAhead } from '#client/sdk/fetch-ahead.ts'
import { listOf } from '#test/client/list-of.ts'

/** A source and a fetcher that do each step when the test says so. */
function aBench(widthMax: number) {
  const asked: number[] = []
  const fetches = new Map<number, PromiseWithResolvers<string>>()
  const names: PromiseWithResolvers<IteratorResult<number, void>>[] = []
  const source: AsyncIterator<number, void, undefined> = {
    next() {
      const naming = Promise.withResolvers<IteratorResult<number, void>>()
      names.push(naming)
      return naming.promise
    },
  }
  const results = fetchAhead(
    source,
    (key) => {
      asked.push(key)
      const fetch = Promise.withResolvers<string>()
      fetches.set(key, fetch)
      return fetch.promise
    },
    widthMax,
  )
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    results,
    asked,
    name: async (value: number) => {
      names.shift()?.resolve({ done: false, value })
      await settle()
    },
    end: async () => {
      names.shift()?.resolve({ done: true, value: undefined })
      await settle()
    },
    fail: (error: Error) => names.shift()?.reject(error),
    fetched: (key: number) => fetches.get(key)?.resolve(`result ${key}`),
    broke: (key: number) => fetches.get(key)?.reject(new Error(`no ${key}`)),
  }
}

describe('[R7] fetching ahead', () => {
  test('a result is yielded while the source is silent', async () => {
    const bench = aBench(4)
    const first = bench.results.next()
    await bench.name(7)
    bench.fetched(7)
    expect(await first).toEqual({ done: false, value: 'result 7' })
  })

  test('results keep the order of the source, whichever is fetched first', async () => {
    const bench = aBench(4)
    const all = listOf(bench.results)
    await bench.name(1)
    await bench.name(2)
    bench.fetched(2)
    await bench.end()
    bench.fetched(1)
    expect(await all).toEqual(['result 1', 'result 2'])
  })

  test('never more than the width is under way', async () => {
    const bench = aBench(2)
    const first = bench.results.next()
    for (const unit of [1, 2, 3, 4]) await bench.name(unit)
    expect(bench.asked).toEqual([1, 2])
    bench.fetched(1)
    await first
    const second = bench.results.next()
    await bench.name(5)
    expect(bench.asked).toEqual([1, 2, 3])
    bench.fetched(2)
    expect((await second).value).toBe('result 2')
  })

  test('a failed fetch is thrown in its turn, a failed source at once', async () => {
    const bench = aBench(4)
    const first = bench.results.next()
    await bench.name(1)
    await bench.name(2)
    bench.broke(2)
    bench.fetched(1)
    expect((await first).value).toBe('result 1')
    await expect(bench.results.next()).rejects.toThrow('no 2')

    const other = aBench(4)
    const failed = other.results.next()
    other.fail(new Error('source'))
    await expect(failed).rejects.toThrow('source')
  })
})
