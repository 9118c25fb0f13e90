import { STEPS, type Point } from '#shaders/kmeans/prepare.ts'

export interface Params {
  readonly clusters: number
  /** Random starts, each clustered on its own. */
  readonly starts: number
  /** How many of the starts come out: every (starts / shown)th in the order of their inertias. */
  readonly shown: number
  readonly seed: number
  /** Lloyd's iterations at most. */
  readonly steps: number
}

/** The rows of a unit as the kernel leaves them in `outcomes`. Inertia is in squared standard deviations. */
export function outcomeRows(points: readonly Point[], params: Params) {
  const runs = Array.from({ length: params.starts }, (_, start) => ({
    start,
    ...cluster(points, params, start),
  }))
  // Sorting keeps the order of what is equal.
  const ranked = runs.sort((a, b) => a.inertia - b.inertia).map((run, rank) => ({ rank, ...run }))
  return ranked
    .filter(({ rank }) => rank % (params.starts / params.shown) === 0)
    .map((run) => ({ ...run, inertia: inDeviations(run.inertia) }))
}

/** Lloyd's algorithm (1982) from one start: to the nearest centre, to the mean, until nothing changes. */
function cluster(points: readonly Point[], params: Params, start: number) {
  let centres = firstCentres(points, params, start)
  let labels: number[] = []
  let steps = 0
  while (steps < params.steps) {
    const next = points.map((point) => nearestCentre(point, centres))
    if (next.every((label, row) => label === labels[row])) break
    labels = next
    centres = centres.map((centre, label) => {
      const members = points.filter((_, row) => labels[row] === label)
      return members.length > 0 ? roundedMean(members) : centre
    })
    steps++
  }
  const inertia = points.reduce((sum, point) => sum + distanceToNearest(point, centres), 0)
  return { steps, inertia }
}

/** k-means++ (Arthur & Vassilvitskii 2007). */
function firstCentres(points: readonly Point[], { clusters, seed }: Params, start: number): Point[] {
  const centres = [at(points, below(points.length, hash(seed, start, 0)))]
  while (centres.length < clusters) {
    const random = hash(seed, start, centres.length)
    const weights = points.map((point) => distanceToNearest(point, centres))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    centres.push(
      at(points, total === 0 ? below(points.length, random) : weighted(weights, below(total, random))),
    )
  }
  return centres
}

/** The first index at which the weights so far exceed the value. */
function weighted(weights: readonly number[], value: number): number {
  let sum = 0
  return weights.findIndex((weight) => (sum += weight) > value)
}

/** A whole number below the limit, from a random word. */
function below(limit: number, random: number): number {
  return Number((BigInt(random) * BigInt(limit)) >> 32n)
}

function nearestCentre(point: Point, centres: readonly Point[]): number {
  const distances = centres.map((centre) => squaredDistance(point, centre))
  return distances.indexOf(Math.min(...distances))
}

function distanceToNearest(point: Point, centres: readonly Point[]): number {
  return Math.min(...centres.map((centre) => squaredDistance(point, centre)))
}

function squaredDistance(a: Point, b: Point): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2 + (a[3] - b[3]) ** 2
}

/** Halves are rounded up. */
function roundedMean(points: readonly Point[]): Point {
  const mean = (axis: 0 | 1 | 2 | 3) =>
    Math.round(points.reduce((sum, point) => sum + point[axis], 0) / points.length)
  return [mean(0), mean(1), mean(2), mean(3)]
}

/** Rounded down to a 256th, as the kernel does to be exact in f32. */
function inDeviations(inertia: number): number {
  return Math.floor((inertia / STEPS ** 2) * 256) / 256
}

function at(points: readonly Point[], index: number): Point {
  const point = points[index]
  if (!point) throw new Error(`no point ${index}`)
  return point
}

/** The first word of pcg3d, by Jarzynski & Olano, "Hash functions for GPU rendering" (2020). */
function hash(...counter: readonly [number, number, number]): number {
  let [x, y, z] = counter.map((word) => Math.imul(word, 1664525) + 1013904223) as [number, number, number]
  x += Math.imul(y, z)
  y += Math.imul(z, x)
  z += Math.imul(x, y)
  x ^= x >>> 16
  y ^= y >>> 16
  z ^= z >>> 16
  return (x + Math.imul(y, z)) >>> 0
}
