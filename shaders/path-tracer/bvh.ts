import { add, type Vector } from '#shaders/path-tracer/vector.ts'
import type { Triangle } from '#shaders/path-tracer/mesh.ts'

/** Most levels of inner nodes; the kernel's traversal stack has as many places. */
export const DEPTH_MAX = 24

/** Triangles in a leaf at most: below this, testing them all costs less than another box. */
const LEAF_TRIANGLES_MAX = 4

/** Cost of visiting a node, in triangle tests, for the surface area heuristic. */
const NODE_COST = 1

export interface Box {
  readonly low: Vector
  readonly high: Vector
}

/** A run of triangles in the reordered list. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly first: number
  readonly count: number
}

export interface Inner {
  readonly kind: 'inner'
  readonly children: readonly [Branch, Branch]
}

/** A subtree with the box around all its triangles. */
export interface Branch {
  readonly box: Box
  readonly node: Inner | Leaf
}

export interface Bvh {
  readonly root: Branch
  /** The triangles in leaf order. */
  readonly triangles: readonly Triangle[]
}

interface Item {
  readonly triangle: Triangle
  readonly box: Box
  readonly centre: Vector
}

/**
 * A bounding volume hierarchy over triangles, by a full-sweep surface area heuristic.
 * Deterministic: sorts are stable and no transcendental function is used.
 * Method: MacDonald & Booth, "Heuristics for ray tracing using space subdivision" (1990).
 */
export function buildBvh(triangles: readonly Triangle[]): Bvh {
  const ordered: Triangle[] = []
  const root = build(triangles.map(anItem), DEPTH_MAX, ordered)
  return { root, triangles: ordered }
}

function anItem(triangle: Triangle): Item {
  const box = triangle.corners.map((corner): Box => ({ low: corner, high: corner })).reduce(around)
  return { triangle, box, centre: add(box.low, box.high) }
}

function build(items: readonly Item[], levelsLeft: number, ordered: Triangle[]): Branch {
  const box = boundsOf(items)
  const split = items.length > 1 ? bestSplit(items, box) : undefined
  if (!split || (items.length <= LEAF_TRIANGLES_MAX && split.cost >= items.length)) {
    const first = ordered.length
    ordered.push(...items.map((item) => item.triangle))
    return { box, node: { kind: 'leaf', first, count: items.length } }
  }
  if (levelsLeft === 0) throw new Error(`the hierarchy is deeper than ${DEPTH_MAX} levels`)
  const left = build(split.left, levelsLeft - 1, ordered)
  const right = build(split.right, levelsLeft - 1, ordered)
  return { box, node: { kind: 'inner', children: [left, right] } }
}

interface Split {
  readonly left: readonly Item[]
  readonly right: readonly Item[]
  readonly cost: number
}

/** The cheapest cut of the items sorted along x, y or z: chance of a hit (area) × triangles, summed over both sides. */
function bestSplit(items: readonly Item[], box: Box): Split {
  let best: { sorted: readonly Item[]; cut: number; cost: number } | undefined
  for (const axis of [0, 1, 2] as const) {
    const sorted = items.toSorted((a, b) => a.centre[axis] - b.centre[axis])
    const leftAreas = growingAreas(sorted)
    const rightAreas = growingAreas(sorted.toReversed()).reverse()
    for (let cut = 1; cut < sorted.length; cut++) {
      const weighted = (leftAreas[cut - 1] ?? 0) * cut + (rightAreas[cut] ?? 0) * (sorted.length - cut)
      const cost = NODE_COST + weighted / halfArea(box)
      if (!best || cost < best.cost) best = { sorted, cut, cost }
    }
  }
  if (!best) throw new Error('a split needs at least two triangles')
  return { left: best.sorted.slice(0, best.cut), right: best.sorted.slice(best.cut), cost: best.cost }
}

/** Half the surface area of the box around the first 1, 2, 3 … items. */
function growingAreas(items: readonly Item[]): number[] {
  let box: Box | undefined
  return items.map((item) => {
    box = box ? around(box, item.box) : item.box
    return halfArea(box)
  })
}

function boundsOf(items: readonly Item[]): Box {
  return items.map((item) => item.box).reduce(around)
}

function around(a: Box, b: Box): Box {
  return { low: each(Math.min, a.low, b.low), high: each(Math.max, a.high, b.high) }
}

function each(pick: (a: number, b: number) => number, a: Vector, b: Vector): Vector {
  return [pick(a[0], b[0]), pick(a[1], b[1]), pick(a[2], b[2])]
}

function halfArea({ low, high }: Box): number {
  const [x, y, z] = [high[0] - low[0], high[1] - low[1], high[2] - low[2]]
  return x * y + y * z + z * x
}
