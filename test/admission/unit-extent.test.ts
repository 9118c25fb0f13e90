import { expect, test } from 'vitest'
import { UnitExtent } from '#runner/unit-extent.ts'

test('a unit without bounds is done when everything is', () => {
  const extent = new UnitExtent({})
  extent.begin(0)
  expect(extent.left(1e9)).toBe(Infinity)
  extent.did(7)
  expect(extent).toMatchObject({ progress: 7, complete: true })
})

test('a unit that is done exactly at its bound is complete; one that wants more is not', () => {
  const extent = new UnitExtent({ progressMax: 5 })
  expect(extent.left(0)).toBe(5)
  extent.did(5)
  expect(extent.complete).toBe(true)
  expect(extent.left(0)).toBe(0)
  expect(extent.complete).toBe(false)
})

test('time counts from the first submit', () => {
  const extent = new UnitExtent({ stopAfterMs: 10 })
  expect(extent.left(1_000)).toBe(Infinity)
  extent.begin(1_000)
  extent.begin(2_000)
  expect(extent.left(1_010)).toBe(Infinity)
  expect(extent.left(1_011)).toBe(0)
  expect(extent.complete).toBe(false)
})
