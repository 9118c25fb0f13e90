import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import { refusalOf } from './refusal-of.ts'

const parse = (text: string) => parseUnitList(new TextEncoder().encode(text), 'sweep.csv')

describe('a units list', () => {
  test.each<[text: string, columns: string[], rows: number[][]]>([
    ['rate\n0.1', ['rate'], [[0.1]]],
    ['rate, hidden\r\n1e-3,16\r\n-2,0\r\n', ['rate', 'hidden'], [[0.001, 16], [-2, 0]]],
    ['"a"\n1\n\n2\n', ['a'], [[1], [2]]],
  ])('[I4] %j is read', (text, columns, rows) => {
    expect(parse(text)).toEqual({ columns, rows })
  }) // prettier-ignore

  test.each<[text: string, where: string, says: RegExp]>([
    ['', 'sweep.csv:1', /no name/],
    ['rate\n', 'sweep.csv', /no row/],
    ['rate,rate\n1,2', 'sweep.csv:1', /twice/],
    ['index\n1', 'sweep.csv:1', /something else/],
    ['a b\n1', 'sweep.csv:1', /no name/],
    ['a,b\n1,2\n3', 'sweep.csv:3', /1 values for 2 columns/],
    ['a,b\n1,x', 'sweep.csv:2', /"x" in the column "b"/],
    ['a\n1e400', 'sweep.csv:2', /no number/],
    ['a,b\n1,', 'sweep.csv:2', /no number/],
  ])('[I4] %j is refused by its line', (text, where, says) => {
    const refusal = refusalOf(() => parse(text))
    expect(refusal).toMatchObject({ reason: 'listInvalid', where })
    expect(refusal.message).toMatch(says)
    expect(refusal.next).toMatch(/\w/)
  })

  test('[I4] a list without end, or in no known text, is refused', () => {
    const long = new Uint8Array(limits.listBytesMax + 1)
    expect(refusalOf(() => parseUnitList(long, 'a.csv')).reason).toBe('tooLarge')
    expect(refusalOf(() => parseUnitList(Uint8Array.of(0xff), 'a.csv')).reason).toBe('listInvalid')
  })
})
