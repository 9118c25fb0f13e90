import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate, parseExpression } from '#protocol/expression.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import { aManifestJson } from './a-manifest.ts'

/** Whatever a stranger sends is taken or refused; nothing else may happen, and it may not take long. */
function takenOrRefused(attempt: () => unknown): 'taken' | 'refused' {
  try {
    attempt()
    return 'taken'
  } catch (error) {
    if (error instanceof Refusal) return 'refused'
    throw error
  }
}

const words = [
  '$unit.begin', '$unit.count', '$i', '$', '$a.b.c', 'ceil', 'min', 'pow', 'log2', 'sqrt', 'x',
  '(', ')', '+', '-', '*', '/', '%', ',', ' ', '0', '1', '64', '1e9', '1e-9', '9007199254740993', '.', '\u0000', '💥',
] // prettier-ignore
const expressions = fc.array(fc.constantFrom(...words), { maxLength: 24 }).map((parts) => parts.join(''))

/** Values that sit badly anywhere. */
const oddValues = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', ' ', -1, 0.5, 1e308, 2 ** 53, NaN, [], {}, [[]], { '': 1 }, 'input:', 'input:numbers',
    'out', 'out@1', '0.0', '$i', '1/0', '__proto__', 'constructor', { do: [] }, { repeat: 3, do: [{ clear: 'out' }] }),
  expressions,
  fc.jsonValue({ maxDepth: 2 }),
) // prettier-ignore

const full = aManifestJson({
  parameters: { width: 4, cells: '$width*$width' },
  requires: { features: ['shader-f16'], limits: { maxBufferSize: 1024 }, memoryMiB: 3 },
  textures: { picture: { format: 'rgba8unorm', size: ['$width', 4], dimension: '2d' } },
  samplers: { smooth: { filter: 'linear', address: ['repeat', 'repeat'] } },
  passes: [
    { repeat: '$width', as: 'k', do: [{ repeat: 2, do: [{ entry: 'main', workgroups: ['1'], bind: { '0.1': { swap: ['numbers', 'out'], by: '$k' } } }] }] },
    { entry: 'main', invocations: [4], overrides: { N: 3 }, bind: { '0.0': { buffer: 'out', dynamic: '256*$i', size: 4 } } },
    { copy: ['numbers', 'out'], bytes: 4 },
    { clear: 'out' },
    { entry: 'main', indirect: 'out@4' },
  ],
  collect: { kind: 'table', buffer: 'out', columns: { a: 'f32' }, plot: { mark: 'line', x: 'a' }, reduce: { wgsl: 'm.wgsl' } },
}) // prettier-ignore

/** Every place of a JSON value, as the path to it. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  const inside =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, part]) => placesOf(part, [...path, name]))
      : []
  return [[...path], ...inside]
}

function withValueAt(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  const copy: unknown = Array.isArray(whole) ? [...(whole as unknown[])] : { ...(whole as object) }
  const parts = copy as Record<string, unknown>
  parts[first] = withValueAt(parts[first], rest, value)
  return copy
}

describe('a stranger’s text', () => {
  test('[P2] 50,000 expressions: each has a value or is refused', () => {
    const outcomes = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(expressions, (text) => {
        outcomes[
          takenOrRefused(() => evaluate(parseExpression(text), { '$unit.begin': 3, '$unit.count': 2, $i: 0 }))
        ] += 1
      }),
      { numRuns: 50_000, seed: 1 },
    )
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100)
  })

  test('[P1] 50,000 manifests with something else at one or two places: each is taken or refused', () => {
    const places = placesOf(full)
    expect(takenOrRefused(() => parseManifest(full))).toBe('taken')
    const outcomes = { taken: 0, refused: 0 }
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), oddValues), { minLength: 1, maxLength: 2 })
    fc.assert(
      fc.property(changes, (list) => {
        const changed = list.reduce<unknown>((whole, [path, value]) => safely(whole, path, value), full)
        outcomes[takenOrRefused(() => parseManifest(changed))] += 1
      }),
      { numRuns: 50_000, seed: 2 },
    )
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100)
  })

  test('[I4] 10,000 lists of units: each is taken or refused', () => {
    const cells = fc.constantFrom(
      '1',
      '-2.5',
      'rate',
      'begin',
      '"a"',
      ',',
      '\n',
      '\r\n',
      ' ',
      'é',
      '1e400',
      '',
    )
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 20 }), (parts) => {
        takenOrRefused(() => parseUnitList(new TextEncoder().encode(parts.join('')), 'list.csv'))
      }),
      { numRuns: 10_000, seed: 3 },
    )
  })
})

/** An earlier change may have taken away what a later one wants to go into. */
function safely(whole: unknown, path: readonly string[], value: unknown): unknown {
  try {
    return withValueAt(whole, path, value)
  } catch {
    return value
  }
}
