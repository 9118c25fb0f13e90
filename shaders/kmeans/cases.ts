import type { KernelCase } from '#shaders/kernel-case.ts'
import { packPoints, penguins, type Point } from '#shaders/kmeans/prepare.ts'
import { outcomeRows, type Params } from '#shaders/kmeans/reference.ts'

const allPenguins = await penguins()

/** One unit over the given points. */
function run(title: string, points: readonly Point[], params: Params): KernelCase {
  const { clusters, starts, shown, seed, steps } = params
  return {
    title,
    changes: { parameters: { rows: points.length, starts, shown, steps } },
    files: () =>
      new Map([
        ['penguins.u32', packPoints(points)],
        ['runs.csv', new TextEncoder().encode(`k,seed\n${clusters},${seed}\n`)],
      ]),
    unit: 0,
    expected: () => resultBytes(points, params),
  }
}

/** Rows of rank (u32), start (u32), steps (u32), inertia (f32). */
function resultBytes(points: readonly Point[], params: Params): Uint8Array {
  const rows = outcomeRows(points, params)
  const view = new DataView(new ArrayBuffer(16 * rows.length))
  rows.forEach(({ rank, start, steps, inertia }, index) => {
    view.setUint32(16 * index, rank, true)
    view.setUint32(16 * index + 4, start, true)
    view.setUint32(16 * index + 8, steps, true)
    view.setFloat32(16 * index + 12, inertia, true)
  })
  return new Uint8Array(view.buffer)
}

/** Two groups of five equal points: k-means must end with nothing left over. */
const twins = Array.from({ length: 10 }, (_, row): Point => (row % 2 === 0 ? [0, 0, 0, 0] : [900, 0, 500, 7]))

export const cases: readonly KernelCase[] = [
  run('empty: no iterations, only the first centres', allPenguins, {
    clusters: 4,
    starts: 5,
    shown: 5,
    seed: 1,
    steps: 0,
  }),
  run('one: a single point', [[3, 1, 4, 1]], { clusters: 1, starts: 1, shown: 1, seed: 1, steps: 3 }),
  run('odd: more clusters than points', allPenguins.slice(0, 3), {
    clusters: 7,
    starts: 3,
    shown: 3,
    seed: 5,
    steps: 9,
  }),
  run('odd: 101 points, 65 starts, cut off after three iterations', allPenguins.slice(0, 101), {
    clusters: 5,
    starts: 65,
    shown: 5,
    seed: 4_000_000_000,
    steps: 3,
  }),
  run('largest: twenty clusters of all penguins, 16 starts', allPenguins, {
    clusters: 20,
    starts: 16,
    shown: 8,
    seed: 3,
    steps: 50,
  }),
  run('control: one cluster is the same from every start', allPenguins, {
    clusters: 1,
    starts: 2,
    shown: 2,
    seed: 1,
    steps: 50,
  }),
  run('control: two groups of equal points leave nothing over', twins, {
    clusters: 2,
    starts: 66,
    shown: 2,
    seed: 1,
    steps: 50,
  }),
]
