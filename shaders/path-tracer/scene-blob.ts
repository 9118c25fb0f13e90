import type { Box, Branch, Bvh } from '#shaders/path-tracer/bvh.ts'
import { GRID_STEP, type Triangle } from '#shaders/path-tracer/mesh.ts'
import { normalize, type Vector } from '#shaders/path-tracer/vector.ts'

/** Word 0 of the file: the bytes "MBVH", read as a little-endian u32. */
const MAGIC = 0x4856424d

/** The magic, the number of nodes, the number of triangles, the link to the root. */
const HEADER_WORDS = 4

/** Left child: low|high of x, of y, of z, link. Right child: the same. */
const NODE_WORDS = 8

/** Corners ax|ay, az|bx, by|bz, cx|cy, cz|0, then the normals at a, b and c. */
const TRIANGLE_WORDS = 8

/** A link with bit 31 is a leaf: bits 24–30 count its triangles, bits 0–23 name the first. Else it names a node. */
const LEAF_BIT = 0x80000000

/** The point of the grid with coordinates 0, 0, 0. */
const GRID_ORIGIN: Vector = [-1, 0, -1]

/** A normal's component from −1 to 1 takes ten bits, 0 to 1023. */
const NORMAL_HALF = 511.5

/**
 * The hierarchy as the kernel reads it, in little-endian 32-bit words: header, nodes (parents first), triangles in
 * leaf order. `a|b` is one word with a in its low and b in its high 16 bits; coordinates are whole grid steps.
 * Few words matter: a GPU spends most of this kernel waiting for them.
 */
export function packScene(bvh: Bvh): Uint8Array {
  const nodes: number[][] = []
  const root = linkTo(bvh.root, nodes)
  const header = [MAGIC, nodes.length, bvh.triangles.length, root]
  const words = [...header, ...nodes.flat(), ...bvh.triangles.flatMap(triangleWords)]
  const view = new DataView(new ArrayBuffer(4 * words.length))
  words.forEach((word, index) => {
    view.setUint32(4 * index, word, true)
  })
  return new Uint8Array(view.buffer)
}

/** The triangles of a packed scene, in file order. Throws on a file that is not one. */
export function unpackTriangles(bytes: Uint8Array): Triangle[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (index: number) => view.getUint32(4 * index, true)
  if (word(0) !== MAGIC) throw new Error('not a packed scene: the magic word is missing')
  const trianglesAt = HEADER_WORDS + word(1) * NODE_WORDS
  return Array.from({ length: word(2) }, (_, index) => {
    const at = trianglesAt + index * TRIANGLE_WORDS
    const steps = [0, 1, 2, 3, 4].flatMap((offset) => [word(at + offset) & 0xffff, word(at + offset) >>> 16])
    const corner = (first: number) =>
      fromGrid([steps[first] ?? 0, steps[first + 1] ?? 0, steps[first + 2] ?? 0])
    return {
      corners: [corner(0), corner(3), corner(6)],
      normals: [unpackNormal(word(at + 5)), unpackNormal(word(at + 6)), unpackNormal(word(at + 7))],
    }
  })
}

/** Appends the branch's nodes and returns the link that leads to it. */
function linkTo({ node }: Branch, nodes: number[][]): number {
  if (node.kind === 'leaf') return (LEAF_BIT + (node.count << 24) + node.first) >>> 0
  const index = nodes.length
  const words: number[] = []
  nodes.push(words)
  for (const child of node.children) words.push(...boxWords(child.box), linkTo(child, nodes))
  return index
}

function boxWords({ low, high }: Box): number[] {
  const [a, b] = [toGrid(low), toGrid(high)]
  return [pair(a[0], b[0]), pair(a[1], b[1]), pair(a[2], b[2])]
}

function triangleWords({ corners, normals }: Triangle): number[] {
  const [a, b, c] = [toGrid(corners[0]), toGrid(corners[1]), toGrid(corners[2])]
  const positions = [pair(a[0], a[1]), pair(a[2], b[0]), pair(b[1], b[2]), pair(c[0], c[1]), pair(c[2], 0)]
  return [...positions, ...normals.map(packNormal)]
}

function pair(low: number, high: number): number {
  return (low + high * 65536) >>> 0
}

function toGrid(point: Vector): Vector {
  const step = (axis: 0 | 1 | 2) => {
    const steps = (point[axis] - GRID_ORIGIN[axis]) / GRID_STEP
    if (!Number.isInteger(steps) || steps < 0 || steps > 65535) {
      throw new Error(`coordinate ${point[axis]} is not on the grid`)
    }
    return steps
  }
  return [step(0), step(1), step(2)]
}

function fromGrid(steps: Vector): Vector {
  const place = (axis: 0 | 1 | 2) => steps[axis] * GRID_STEP + GRID_ORIGIN[axis]
  return [place(0), place(1), place(2)]
}

function packNormal([x, y, z]: Vector): number {
  const component = (value: number) => Math.round((value + 1) * NORMAL_HALF)
  return (component(x) | (component(y) << 10) | (component(z) << 20)) >>> 0
}

function unpackNormal(word: number): Vector {
  const component = (shift: number) => ((word >>> shift) & 1023) - NORMAL_HALF
  return normalize([component(0), component(10), component(20)])
}
