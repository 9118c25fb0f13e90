import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agrees } from '#coordinator/core/comparators.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { evaluateCount } from '#protocol/expression.ts'
import { resultPartsOf, unitSpanOf, unitVariablesOf } from '#protocol/job-plan.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { cases, jobParams, type Case } from '#shaders/path-tracer/cases.ts'
import { prepare } from '#shaders/path-tracer/prepare.ts'
import { closestHit, renderPixel, renderTile, type Params } from '#shaders/path-tracer/reference.ts'
import { samplePair, spherePoint } from '#shaders/path-tracer/reference-random.ts'
import { unpackTriangles } from '#shaders/path-tracer/scene-blob.ts'
import { add, normalize, scale, subtract, type Vector } from '#shaders/path-tracer/vector.ts'
import { DawnChild } from '#test/gpu/dawn-child.ts'
import { kernelFile, tileRun } from '#test/gpu/path-tracer-run.ts'

const RUN_LIMIT_MS = 60_000

const wgsl = readFileSync(kernelFile, 'utf8')
const manifest = requireComplete(
  parseManifest(JSON.parse(readFileSync(new URL('job.json', kernelFile), 'utf8'))),
)
const mesh = (await prepare()).get('bunny.bin') ?? new Uint8Array()
const scene = unpackTriangles(mesh)
/** The job's own comparison, of a tile of any size. */
const partsOf = (bytes: number) => resultPartsOf(manifest, 1).map((part) => ({ ...part, bytes }))

let dawn: DawnChild
beforeAll(async () => {
  dawn = await DawnChild.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

async function render(params: Params): Promise<Float32Array> {
  const { bytes } = await dawn.run(tileRun(wgsl, mesh, params), RUN_LIMIT_MS)
  return new Float32Array(bytes.buffer)
}

const bytesOf = (floats: Float32Array) => new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)

describe('kernel', () => {
  test.each(cases)('$name', async ({ params, expected }: Case) => {
    const tile = await render(params)
    switch (expected.kind) {
      case 'constant':
        expect(distinctPixels(tile)).toEqual([expected.pixel])
        return
      case 'unlike': {
        const other = bytesOf(await render(expected.params))
        expect(agrees(bytesOf(tile), other, partsOf(other.length))).toBe(false)
        return
      }
      case 'reference': {
        const [actual, wanted] = atStride(tile, params, expected.stride)
        expect(agrees(bytesOf(actual), bytesOf(wanted), partsOf(wanted.byteLength))).toBe(true)
      }
    }
  })

  test('a tile has the same bytes whatever was rendered before it or with it', async () => {
    const head = { ...jobParams, unit_begin: 10, samples: 2 }
    const first = await render(head)
    const both = await render({ ...head, unit_count: 2 })
    const second = await render({ ...head, unit_begin: 11 })
    expect(sha256(await render(head))).toBe(sha256(first))
    expect(sha256(both)).toBe(sha256(Float32Array.from([...first, ...second])))
  })

  test('the reference makes a tile of its pixels', () => {
    const params = { ...jobParams, tile_size: 2, unit_begin: 100 * 256 + 60, samples: 1 }
    const places = [
      [120, 200],
      [121, 200],
      [120, 201],
      [121, 201],
    ] as const
    const pixels = places.flatMap(([x, y]) => renderPixel(scene, params, x, y))
    expect(renderTile(scene, params)).toEqual(Float32Array.from(pixels))
  })
})

describe('hierarchy', () => {
  test('the kernel finds what testing every triangle finds, for 3000 random rays', async () => {
    const rays = Array.from({ length: 3000 }, (_, index) => randomRay(index))
    const found = await probe(rays)
    const disagreements = rays.filter(({ origin, direction }, index) => {
      const [distance = NaN, any] = found.subarray(index * 4, index * 4 + 2)
      const hit = closestHit(scene, origin, direction)
      const same = hit
        ? Math.abs(distance - hit.distance) <= 1e-4 * (1 + hit.distance)
        : distance === Math.fround(1e9)
      return !same || any !== (hit ? 1 : 0)
    })
    // A ray through an edge may fall on either side of it in 32 and in 64 bits.
    expect(disagreements.length).toBeLessThanOrEqual(3)
    expect(rays.filter((_, index) => found[index * 4 + 1] === 1).length).toBeGreaterThan(1000)
  })
})

describe('job', () => {
  test('the prepared file is the same to the last byte everywhere', () => {
    expect(sha256(mesh)).toBe('259e335344bebc8a4ed12fd6782d3e5201ee22114d940a4bbafc1bd57b8b97a8')
  })

  test('the manifest fills the uniform struct as the cases say', () => {
    const plan = manifest.buffers['params']
    if (!plan || !('uniform' in plan)) throw new Error('job.json has no uniform buffer "params"')
    const variables = unitVariablesOf(manifest, unitSpanOf(manifest, 0))
    const filled = Object.entries(plan.uniform as Record<string, string>).map(([name, field]) => [
      name,
      evaluateCount(field.slice(0, -4), variables),
    ])
    // Compared as text: the order of the fields is the order in memory.
    expect(JSON.stringify(Object.fromEntries(filled))).toBe(JSON.stringify(jobParams))
  })
})

/** The tile's and the reference's pixels in every stride-th column and row. */
function atStride(
  tile: Float32Array,
  params: Params,
  stride: number,
): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  const { tile_size: size, unit_begin: unit, image_width: width } = params
  const tilesAcross = Math.ceil(width / size)
  const actual: number[] = []
  const wanted: number[] = []
  for (let y = 0; y < size; y += stride) {
    for (let x = 0; x < size; x += stride) {
      const [left, top] = [(unit % tilesAcross) * size, Math.floor(unit / tilesAcross) * size]
      actual.push(...tile.subarray((y * size + x) * 4, (y * size + x + 1) * 4))
      wanted.push(...renderPixel(scene, params, left + x, top + y))
    }
  }
  return [Float32Array.from(actual), Float32Array.from(wanted)]
}

/** Whole tiles are compared by their hash: telling thousands of bytes apart in words takes a test runner minutes. */
function sha256(data: Float32Array | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function distinctPixels(tile: Float32Array): number[][] {
  const pixels = new Map<string, number[]>()
  for (let place = 0; place < tile.length; place += 4) {
    const pixel = [...tile.subarray(place, place + 4)]
    pixels.set(String(pixel), pixel)
  }
  return [...pixels.values()]
}

interface Ray {
  readonly origin: Vector
  readonly direction: Vector
}

/** From a sphere around the bunny to a point in its box; every tenth ray is parallel to an axis. */
function randomRay(index: number): Ray {
  const origin = add([0, 0.5, 0], scale(spherePoint(samplePair(index, 0, 1)), 1.5))
  const [[u, v], [w]] = [samplePair(index, 1, 1), samplePair(index, 2, 1)]
  const target: Vector = [u - 0.5, v, 0.8 * (w - 0.5)]
  if (index % 10 > 0) return rounded(origin, normalize(subtract(target, origin)))
  const axis = (index / 10) % 3
  const along = [0, 1, 2].map((a) => (a === axis ? 1 : 0)) as unknown as Vector
  return rounded(subtract(target, scale(along, 2)), along)
}

/** As the kernel gets it: 32-bit floats. */
function rounded(origin: Vector, direction: Vector): Ray {
  const [a, b, c, d, e, f] = Float32Array.from([...origin, ...direction]) as unknown as [...Vector, ...Vector]
  return { origin: [a, b, c], direction: [d, e, f] }
}

/** For each ray: the distance of the nearest hit, whether a shadow ray is blocked (0 or 1), and two spare numbers. */
async function probe(rays: readonly Ray[]): Promise<Float32Array> {
  const entry = `
    @group(0) @binding(3) var<storage, read> rays: array<vec4f>;
    @compute @workgroup_size(64) fn probe(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= arrayLength(&out_pixels)) { return; }
      let origin = rays[2u * id.x].xyz;
      let direction = rays[2u * id.x + 1u].xyz;
      let blocked = trace(origin, direction, true).distance < FAR;
      out_pixels[id.x] = vec4f(trace(origin, direction, false).distance, select(0.0, 1.0, blocked), 0.0, 0.0);
    }`
  const words = rays.flatMap(({ origin, direction }) => [...origin, 0, ...direction, 0])
  const { bytes } = await dawn.run(
    {
      wgsl: wgsl + entry,
      entry: 'probe',
      bindings: [
        { group: 0, binding: 1, kind: 'storage-read', bytes: mesh },
        { group: 0, binding: 2, kind: 'storage', bytes: new Uint8Array(16 * rays.length) },
        { group: 0, binding: 3, kind: 'storage-read', bytes: bytesOf(Float32Array.from(words)) },
      ],
      workgroups: [Math.ceil(rays.length / 64), 1, 1],
      result: { group: 0, binding: 2 },
    },
    RUN_LIMIT_MS,
  )
  return new Float32Array(bytes.buffer)
}
