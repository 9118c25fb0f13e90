import { expect, test } from 'vitest'
import { CoarseWatch } from '#runner/coarse-watch.ts'

const shares = (kernels: Record<string, number>) =>
  new Map(Object.entries(kernels).map(([kernel, workgroups]) => [kernel, { workgroups, room: 4 }]))

test('[G15] a single workgroup that takes more than 500 ms twice is too coarse; once may be the compiler', () => {
  const watch = new CoarseWatch()
  expect(watch.isTooCoarse(shares({ slow: 1 }), 501)).toBe(false)
  expect(watch.isTooCoarse(shares({ slow: 1 }), 500)).toBe(false)
  expect(watch.isTooCoarse(shares({ other: 1 }), 900)).toBe(false)
  expect(watch.isTooCoarse(shares({ slow: 1 }), 501)).toBe(true)
})

test('[G15] several workgroups, or several kernels, in one submit prove nothing', () => {
  const watch = new CoarseWatch()
  for (let time = 0; time < 3; time += 1) {
    expect(watch.isTooCoarse(shares({ slow: 2 }), 5000)).toBe(false)
    expect(watch.isTooCoarse(shares({ slow: 1, other: 1 }), 5000)).toBe(false)
    expect(watch.isTooCoarse(shares({}), 5000)).toBe(false)
  }
})
