import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collectorOf } from '#client/sdk/collect.ts'
import { csvOf, shortestFloat } from '#client/sdk/collect/csv.ts'
import { drawTable } from '#client/sdk/collect/plot.ts'
import type { Table } from '#client/sdk/collect/collected.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import { aCompleteManifest, aJobJson, someFiles, textBytes } from '#test/client/a-job.ts'

const listFile = textBytes('rate,seed\n0.1,1\n0.2,2\n0.3,3\n')
const list = parseUnitList(listFile, 'runs.csv')
const withList = new Map([['runs.csv', listFile]])

/** Rows of an i32 and an f32. */
function aTableJson(collect: object = {}, changes: object = {}) {
  return aJobJson({
    buffers: { ...(aJobJson()['buffers'] as object), out: { bytes: '8*$unit.count', result: true } },
    collect: { kind: 'table', columns: { step: 'i32', loss: 'f32' }, ...collect },
    ...changes,
  })
}

const listJson = (collect: object = {}) =>
  aTableJson(collect, {
    units: { list: 'runs.csv' },
    buffers: { ...(aJobJson()['buffers'] as object), out: { bytes: 16, result: true } },
  })

function aRow(step: number, loss: number): number[] {
  return [...new Uint8Array(Int32Array.of(step).buffer), ...new Uint8Array(Float32Array.of(loss).buffer)]
}

function tableOf(json: Record<string, unknown>, units: ReadonlyMap<number, number[]>): Table {
  const isList = 'list' in (json['units'] as object)
  const collector = collectorOf(aCompleteManifest(json, withList), isList ? list : undefined)
  for (const [unit, bytes] of units) collector.add(unit, Uint8Array.from(bytes))
  const { collected } = collector
  if (collected.kind !== 'table') throw new Error('not a table')
  return collected.table
}

describe('[R14] tables', () => {
  test('of a range: rows in unit order, with the unit first; missing units are left out', () => {
    const units = new Map([
      [3, aRow(-4, 0.5)],
      [0, aRow(1, 0.1)],
    ])
    expect([...csvOf(tableOf(aTableJson(), units))].join('')).toBe(
      'unit,step,loss\r\n0,1,0.1\r\n3,-4,0.5\r\n',
    )
  })

  test('of a list: each row begins with what the list says of its unit', () => {
    const units = new Map([[1, [...aRow(1, 2), ...aRow(2, NaN)]]])
    const text = [...csvOf(tableOf(listJson(), units))].join('')
    expect(text).toBe('rate,seed,step,loss\r\n0.2,2,1,2\r\n0.2,2,2,NaN\r\n')
  })

  test('many rows come in pieces, none lost', () => {
    const rows = Array.from({ length: 10_000 }, (_, row) => aRow(row, row / 8)).flat()
    const json = aTableJson({}, { units: { range: [0, 10_000], granule: 10_000 } })
    const pieces = [...csvOf(tableOf(json, new Map([[0, rows]])))]
    expect(pieces.length).toBeGreaterThan(1)
    const lines = pieces.join('').trimEnd().split('\r\n')
    expect(lines).toHaveLength(10_001)
    expect(lines.at(-1)).toBe('0,9999,1249.875')
  })

  test.each([
    ['rows that do not fill the result', { columns: { a: 'f32', b: 'f32', c: 'f32' } }, 'collect.columns'],
    ['a column that is there already', { columns: { unit: 'u32', loss: 'f32' } }, 'collect.columns.unit'],
    ['a plot of no column', { plot: { mark: 'line', x: 'epoch', y: 'loss' } }, 'collect.plot.x'],
    ['a line without y', { plot: { mark: 'line', x: 'step' } }, 'collect.plot.y'],
  ])('[R16] %s is refused before anybody pays', (_what, collect, where) => {
    expect(() => packFolder({ manifest: aTableJson(collect), files: someFiles() })).toThrow(
      expect.objectContaining({ code: 'manifestInvalid', where }) as Error,
    )
  })
})

describe('[R14] numbers in CSV', () => {
  test('read back as the same 32 bits', () => {
    const property = fc.property(fc.float(), (value) => {
      expect(Math.fround(Number(shortestFloat(value)))).toBe(value)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test.each([
    [0.1, '0.1'],
    [1 / 3, '0.33333334'],
    [16_777_216, '16777216'],
    [1e-45, '1e-45'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [-0, '-0'],
    [-Infinity, '-Infinity'],
  ])('%s is %s', (value, text) => {
    expect(shortestFloat(Math.fround(value))).toBe(text)
  })
})

describe('[R14] plots', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, row) => aRow(row, (row * 7) % 5)).flat()
  const table = tableOf(
    listJson(),
    new Map([
      [0, rows(2)],
      [1, rows(2)],
      [2, rows(2)],
    ]),
  )
  const marksOf = (svg: string, role: string) =>
    [...svg.matchAll(new RegExp(`class="mark-${role} role-mark[^"]*"[^>]*>(.*?)</g>`, 'g'))].flatMap(
      ([, inner = '']) => [...inner.matchAll(/<path [^>]*d="([^"]+)"/g)],
    )

  test('a line for each row of the list, in a colour each, with a legend', async () => {
    const svg = await drawTable(table, { mark: 'line', x: 'step', y: 'loss', colour: 'seed' }, 'Training')
    expect(marksOf(svg, 'line')).toHaveLength(3)
    for (const text of ['Training', 'step', 'loss', 'seed']) expect(svg).toContain(`>${text}</text>`)
    expect(new Set(svg.match(/stroke="#(?:0072b2|e69f00|009e73)"/g)).size).toBe(3)
  })

  test.each([
    ['point', 'symbol', 6],
    ['bar', 'rect', 6],
    ['area', 'area', 3],
  ] as const)('%s', async (mark, role, count) => {
    const svg = await drawTable(table, { mark, x: 'step', y: 'loss', colour: 'seed' }, 'T')
    expect(marksOf(svg, role).length).toBeGreaterThanOrEqual(count)
  })

  test('a histogram counts', async () => {
    const svg = await drawTable(table, { mark: 'histogram', x: 'loss', title: 'How <often>' }, 'T')
    expect(marksOf(svg, 'rect').length).toBeGreaterThan(1)
    expect(svg).toContain('How &lt;often&gt;')
  })

  test('rows that are no numbers are not drawn, and of very many every so many', async () => {
    const many = Array.from({ length: 40_000 }, (_, row) => aRow(row, row === 0 ? NaN : row)).flat()
    const json = aTableJson({}, { units: { range: [0, 40_000], granule: 40_000 } })
    const svg = await drawTable(
      tableOf(json, new Map([[0, many]])),
      { mark: 'point', x: 'step', y: 'loss' },
      'T',
    )
    expect(marksOf(svg, 'symbol')).toHaveLength(19_999)
    expect(svg).toContain('1 in 2 of 40000 rows')
  })
})
