import type { Branch, Bvh } from '#shaders/path-tracer/bvh.ts'
import type { Triangle } from '#shaders/path-tracer/mesh.ts'
import type { Vector } from '#shaders/path-tracer/vector.ts'

/** Word 0 of the file: the bytes "MBVH", read as a little-endian u32. */
const MAGIC = 0x4856424d

/** The magic, the number of nodes, the number of triangles, the link to the root. */
const HEADER_WORDS = 4

/** Low xyz and high xyz of the left child's box, the same of the right child's, left link, right link. */
const NODE_WORDS = 14

/** Three corners xyz, then the three normals xyz at those corners. */
const TRIANGLE_WORDS = 18

/** A link with bit 31 is a leaf: bits 24–30 count its triangles, bits 0–23 name the first. Else it names a node. */
const LEAF_BIT = 0x80000000

/**
 * The hierarchy as the kernel reads it: little-endian 32-bit words (f32 or u32): header, nodes (parents first),
 * triangles in leaf order.
 */
export function packScene(bvh: Bvh): Uint8Array {
  const nodes: number[][] = []
  const root = linkTo(bvh.root, nodes)
  const triangles = bvh.triangles.flatMap((triangle) => [...triangle.corners, ...triangle.normals].flat())
  const bytes = new Uint8Array(4 * (HEADER_WORDS + nodes.length * NODE_WORDS + triangles.length))
  const view = new DataView(bytes.buffer)
  const header = [MAGIC, nodes.length, bvh.triangles.length, root]
  header.forEach((word, index) => { view.setUint32(4 * index, word, true) })
  nodes.forEach((words, node) => {
    words.forEach((word, index) => {
      const at = 4 * (HEADER_WORDS + node * NODE_WORDS + index)
      if (index < 12) view.setFloat32(at, word, true)
      else view.setUint32(at, word, true)
    })
  })
  const trianglesAt = 4 * (HEADER_WORDS + nodes.length * NODE_WORDS)
  triangles.forEach((word, index) => { view.setFloat32(trianglesAt + 4 * index, word, true) })
  return bytes
}

/** Appends the branch's nodes and returns the link that leads to it. */
function linkTo(branch: Branch, nodes: number[][]): number {
  const { node } = branch
  if (node.kind === 'leaf') return (LEAF_BIT + (node.count << 24) + node.first) >>> 0
  const index = nodes.length
  const words: number[] = []
  nodes.push(words)
  const [left, right] = node.children
  words.push(...left.box.low, ...left.box.high, ...right.box.low, ...right.box.high)
  words.push(linkTo(left, nodes), linkTo(right, nodes))
  return index
}

/** The triangles of a packed scene, in file order. Throws on a file that is not one. */
export function unpackTriangles(bytes: Uint8Array): Triangle[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) throw new Error('not a packed scene: the magic word is missing')
  const trianglesAt = HEADER_WORDS + view.getUint32(4, true) * NODE_WORDS
  const vector = (word: number): Vector => [
    view.getFloat32(4 * word, true),
    view.getFloat32(4 * word + 4, true),
    view.getFloat32(4 * word + 8, true),
  ]
  return Array.from({ length: view.getUint32(8, true) }, (_, index) => {
    const at = trianglesAt + index * TRIANGLE_WORDS
    return {
      corners: [vector(at), vector(at + 3), vector(at + 6)],
      normals: [vector(at + 9), vector(at + 12), vector(at + 15)],
    }
  })
}
