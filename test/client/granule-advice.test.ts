import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { faultLines } from '#client/command/code-frame.ts'
import { adviceOn } from '#client/command/granule-advice.ts'
import { numbersPreview } from '#client/command/numbers-preview.ts'
import { unitsToTry } from '#client/command/try.ts'
import { aCompleteManifest, aJobJson, textBytes } from '#test/client/a-job.ts'

const price = { perUnitMask: '0.5', budgetMask: '10000' }
const job = (granule: number, end = 1_000_000) =>
  aCompleteManifest(aJobJson({ units: { range: [0, end], granule }, price }))

describe('advice on the granule', () => {
  test.each([
    ['a unit of 20 ms', 100, 20, 10_000],
    ['in powers of two, where the author counts so', 128, 20, 2 ** 14],
    ['a unit of a minute', 1_000_000, 60_000, 20_000],
  ])('%s', (_what, granule, ms, advised) => {
    const advice = adviceOn(
      job(granule, granule === 1_000_000 ? 2_000_000 : 1_000_000),
      [{ unit: 0, ms }],
      'GeForce',
    )
    expect(advice).toMatchObject({ granule: advised, gpuUnitMs: ms })
    expect(advice.lines.at(-1)).toContain(`"granule": ${advised} (now ${granule})`)
  })

  test('a good size stays', () => {
    expect(adviceOn(job(1000), [{ unit: 0, ms: 2500 }], 'GeForce').lines.at(-1)).toContain('good size')
  })

  test('a software adapter is named, and its times are not taken for those of a GPU', () => {
    const advice = adviceOn(job(1000), [{ unit: 0, ms: 2000 }], 'SwiftShader driver 5.0.0')
    expect(advice.gpuUnitMs).toBe(20)
    expect(advice.granule).toBe(100_000)
    expect(advice.lines.join(' ')).toContain('100 times faster')
  })

  test('no unit gets more than there is, or a result too large', () => {
    expect(adviceOn(job(100, 1000), [{ unit: 0, ms: 1 }], 'GeForce').lines.at(-1)).toContain('all there is')
    const json = aJobJson({
      units: { range: [0, 1_000_000], granule: 10 },
      buffers: { ...(aJobJson()['buffers'] as object), out: { bytes: '1000*$unit.count', result: true } },
      price: { perUnitMask: '0.5', budgetMask: '50000' },
    })
    const { granule } = adviceOn(aCompleteManifest(json), [{ unit: 0, ms: 0.01 }], 'GeForce')
    expect(1000 * (granule ?? 0)).toBeLessThanOrEqual(limits.resultBytesMax)
    expect(1000 * (granule ?? 0)).toBeGreaterThan(limits.resultBytesMax / 4)
  })

  test('of a list it is the rows that may hold more', () => {
    const list = new Map([['runs.csv', textBytes('rate\n1\n2\n')]])
    const advice = adviceOn(
      aCompleteManifest(aJobJson({ units: { list: 'runs.csv' } }), list),
      [{ unit: 1, ms: 5 }],
      'GeForce',
    )
    expect(advice.granule).toBeNull()
    expect(advice.lines.at(-1)).toContain('more work into a row')
  })
})

test.each([
  [10, 3, [0, 5, 9]],
  [10, 1, [0]],
  [2, 3, [0, 1]],
  [1, 3, [0]],
  [100, 4, [0, 33, 66, 99]],
])('of %i units, %i are tried: %j', (unitCount, wanted, units) => {
  expect(unitsToTry(unitCount, wanted)).toEqual(units)
})

describe('a preview of numbers', () => {
  const result = new Uint8Array(Float32Array.of(0.1, 2, 3e9, -1, 5, 6, 7).buffer)
  const preview = (changes: object) => {
    const out = { bytes: 28, result: true }
    return numbersPreview(
      aCompleteManifest(aJobJson({ buffers: { ...(aJobJson()['buffers'] as object), out }, ...changes })),
      0,
      result,
    )
  }

  test.each([
    ['an array', { collect: { kind: 'array', type: 'f32' } }, '0.1, 2, 3000000000, -1, 5, 6, …'],
    [
      'a tolerance',
      { verify: { out: { compare: 'tolerance', atol: 0, rtol: 0, as: 'f32' } } },
      '0.1, 2, 3000000000, -1, 5, 6, …',
    ],
    ['bytes', { collect: { kind: 'array', type: 'u8' } }, '205, 204, 204, 61, 0, 0, …'],
    ['halves', { collect: { kind: 'array', type: 'f16' } }, '-19.203, 1.4492, 0, 2, -34.938, 28.781, …'],
  ])('%s', (_what, changes, text) => {
    expect(preview(changes)).toBe(text)
  })

  test('of several results, by name', () => {
    const json = aJobJson({
      buffers: { ...(aJobJson()['buffers'] as object), more: { bytes: 4, result: true } },
      verify: { out: { compare: 'exact' }, more: { compare: 'exact' } },
    })
    expect(numbersPreview(aCompleteManifest(json), 0, new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0]))).toBe(
      'out 1; more 2',
    )
  })
})

describe('a code frame', () => {
  test('has the line and a caret below the column, tabs kept', () => {
    const fault = { file: 'a.wgsl', line: 12, column: 6, text: '\tlet x = 1;', message: 'no\nbecause' }
    expect(faultLines([fault])).toEqual([
      '  a.wgsl:12:6: no',
      '    12 | \tlet x = 1;',
      '       | \t    ^',
      '    because',
    ])
  })

  test('of a very long line shows the stretch around the place', () => {
    const text = `${'a'.repeat(1000)}!${'b'.repeat(1000)}`
    const [, code = '', caret = ''] = faultLines([
      { file: 'a.wgsl', line: 1, column: 1001, text, message: 'no' },
    ])
    expect(code.length).toBeLessThan(140)
    expect(code[caret.indexOf('^')]).toBe('!')
  })

  test('of very many faults shows the first', () => {
    const faults = Array.from({ length: 50 }, (_, line) => ({
      file: 'a',
      line,
      column: 1,
      text: '',
      message: 'no',
    }))
    const lines = faultLines(faults)
    expect(lines).toHaveLength(31)
    expect(lines.at(-1)).toContain('40 more')
  })
})
