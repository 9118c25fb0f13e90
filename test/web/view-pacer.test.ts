import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { idleView, type SessionState } from '#web/core/contributor-view.ts'
import type { ProviderView } from '#web/edge/provider-api.ts'
import { ViewPacer } from '#web/edge/view-pacer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const view = (state: SessionState, unitsComputed = 0): ProviderView => ({ ...idleView, state, unitsComputed })
const working = { kind: 'working' } as const
const waiting = { kind: 'waiting' } as const

function aPacer() {
  const shown: [string, number][] = []
  const pacer = new ViewPacer(({ state, unitsComputed }) => shown.push([state.kind, unitsComputed]))
  return { pacer, shown }
}

test('[W23] a new state is shown at once, counts ten times a second', () => {
  const { pacer, shown } = aPacer()
  pacer.show(view(waiting))
  pacer.show(view(working))
  for (let count = 1; count <= 50; count += 1) pacer.show(view(working, count))
  expect(shown).toEqual([
    ['waiting', 0],
    ['working', 0],
  ])
  vi.advanceTimersByTime(100)
  expect(shown.at(-1)).toEqual(['working', 50])
  vi.advanceTimersByTime(10_000)
  expect(shown).toHaveLength(3)
})

test('[W23] a moment between two units is not waiting, a longer one is', () => {
  const { pacer, shown } = aPacer()
  pacer.show(view(working))
  pacer.show(view(waiting, 1))
  vi.advanceTimersByTime(300)
  pacer.show(view(working, 1))
  vi.advanceTimersByTime(1_000)
  expect(new Set(shown.map(([kind]) => kind))).toEqual(new Set(['working']))
  pacer.show(view(waiting, 2))
  vi.advanceTimersByTime(350)
  expect(shown.at(-1)).toEqual(['working', 2])
  vi.advanceTimersByTime(100)
  expect(shown.at(-1)).toEqual(['waiting', 2])
})

test('[W23] units so short that work and none alternate are counted on', () => {
  const { pacer, shown } = aPacer()
  pacer.show(view(working))
  for (let count = 1; count <= 1_000; count += 1) {
    pacer.show(view(count % 2 === 0 ? working : waiting, count))
    vi.advanceTimersByTime(3)
  }
  expect(shown.length).toBeGreaterThan(25)
  expect(shown.length).toBeLessThan(35)
  expect(new Set(shown.map(([kind]) => kind))).toEqual(new Set(['working']))
})

test('[W23] a stop is not held back by a pause', () => {
  const { pacer, shown } = aPacer()
  pacer.show(view(working))
  pacer.show(view(waiting))
  pacer.show(view({ kind: 'stopped', reason: 'byUser' }))
  expect(shown.map(([kind]) => kind)).toEqual(['working', 'stopped'])
})
