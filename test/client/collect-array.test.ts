import { describe, expect, test } from 'vitest'
import { collectorOf } from '#client/sdk/collect.ts'
import { arrayOf, npyHeaderOf } from '#client/sdk/collect/array.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { aCompleteManifest, aFolder, aJobJson } from '#test/client/a-job.ts'

const outOf = (bytes: string, changes = {}) =>
  aJobJson({ ...changes, buffers: { ...(aJobJson()['buffers'] as object), out: { bytes, result: true } } })

describe('[R14] raw results', () => {
  test('are put together in unit order, in whatever order they come', () => {
    const collector = collectorOf(aCompleteManifest(aJobJson({ units: { range: [0, 7], granule: 3 } })))
    collector.add(2, new Uint8Array([9, 9, 9, 9]))
    collector.add(0, new Uint8Array(12).fill(1))
    expect(collector.collected).toEqual({
      kind: 'raw',
      bytes: new Uint8Array([...Array<number>(12).fill(1), ...Array<number>(12).fill(0), 9, 9, 9, 9]),
    })
  })

  test('that no memory holds are refused by the collector only', () => {
    const json = outOf('16777216', {
      units: { range: [0, 64] },
      price: { perUnitMask: '0.5', budgetMask: '100' },
    })
    expect(packFolder({ ...aFolder(), manifest: json }).plan.unitCount).toBe(64)
    expect(() => collectorOf(aCompleteManifest(json))).toThrow(/too much to hold/)
  })
})

describe('[R14] arrays', () => {
  const array = (collect: object, changes = {}) =>
    outOf('16*$unit.count', { ...changes, collect: { kind: 'array', type: 'f32', ...collect } })

  test.each([
    [{}, [16]],
    [{ shape: [4, 4] }, [4, 4]],
    [{ shape: [-1, 2] }, [8, 2]],
    [{ type: 'f16', shape: [-1] }, [32]],
    [{ type: 'u8', shape: [4, 16] }, [4, 16]],
  ])('%j has the shape %j', (collect, shape) => {
    const { collected } = collectorOf(aCompleteManifest(array(collect)))
    expect(collected).toMatchObject({ kind: 'array', shape })
  })

  test('missing units are zero', () => {
    const collector = collectorOf(aCompleteManifest(array({})))
    collector.add(1, new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer))
    const { collected } = collector
    const bytes = collected.kind === 'array' ? collected.bytes : new Uint8Array()
    expect([...new Float32Array(bytes.buffer)]).toEqual([
      0,
      0,
      0,
      0,
      1,
      2,
      3,
      4,
      ...new Array<number>(8).fill(0),
    ])
  })

  test.each([
    ['another number of elements', { shape: [5, 3] }],
    ['rows that do not come out even', { shape: [-1, 3] }],
    ['an open length that is not the first', { shape: [4, -1] }],
  ])('[R16] %s is refused before anybody pays', (_what, collect) => {
    expect(() => packFolder({ ...aFolder(), manifest: array(collect) })).toThrow(
      expect.objectContaining({ code: 'manifestInvalid', where: 'collect.shape' }) as Error,
    )
  })
})

/** A reader of NPY by its specification, as far as this needs one. */
function readHeader(npy: Uint8Array) {
  const view = new DataView(npy.buffer, npy.byteOffset, npy.byteLength)
  const length = view.getUint16(8, true)
  const dictionary = new TextDecoder('latin1').decode(npy.subarray(10, 10 + length))
  const [, descr, order, shape] =
    /^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([^)]*)\), \} *\n$/.exec(dictionary) ??
    []
  return { magic: [...npy.subarray(0, 8)], dataBegin: 10 + length, descr, order, shape }
}

describe('[R14] NPY', () => {
  test.each([
    ['f32', [12], '<f4', '12,'],
    ['f16', [2, 3], '<f2', '2, 3'],
    ['i32', [1], '<i4', '1,'],
    ['u32', [1000, 512, 4], '<u4', '1000, 512, 4'],
    ['u8', [7], '|u1', '7,'],
    ['i8', [7, 1], '|i1', '7, 1'],
  ] as const)('%s %j', (type, shape, descr, text) => {
    expect(readHeader(npyHeaderOf({ type, shape }))).toEqual({
      magic: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0],
      dataBegin: npyHeaderOf({ type, shape }).length,
      descr,
      order: 'False',
      shape: text,
    })
  })

  test('the data begins at a multiple of 64, whatever the length of the dictionary', () => {
    for (let digits = 0; digits < 80; digits += 1) {
      const header = npyHeaderOf({ type: 'f32', shape: Array.from({ length: 1 + digits }, () => 1) })
      expect(header.length % 64).toBe(0)
      expect(readHeader(header).dataBegin).toBe(header.length)
    }
  })

  test('without a shape there is one dimension', () => {
    expect(arrayOf({ kind: 'array', type: 'u8' }, 5)).toEqual({ type: 'u8', shape: [5] })
  })
})
