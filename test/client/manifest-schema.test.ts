import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseManifest } from '#protocol/manifest.ts'
import { manifestSchemaText } from '#client/build-manifest-schema.ts'
import { aJobJson } from '#test/client/a-job.ts'
import { accepts } from '#test/client/json-schema.ts'

const root = join(import.meta.dirname, '..', '..')
const text = readFileSync(join(root, 'docs', 'manifest.schema.json'), 'utf8')
const schema = JSON.parse(text) as Record<string, unknown>
const library = readdirSync(join(root, 'shaders'))
  .map((name) => join('shaders', name, 'job.json'))
  .filter((file) => existsSync(join(root, file)))

describe('docs/manifest.schema.json', () => {
  test('is what the schema of the protocol says now', async () => {
    expect(text).toBe(await manifestSchemaText())
  })

  test.each(library)('accepts %s', (file) => {
    expect(accepts(schema, JSON.parse(readFileSync(join(root, file), 'utf8')))).toBe(true)
  })

  test.each([
    [
      'repeats inside repeats',
      { passes: [{ repeat: '$k', as: 'j', do: [{ repeat: 2, do: [{ entry: 'main' }] }] }] },
    ],
    ['copies and clears', { passes: [{ copy: ['a', 'b'] }, { clear: 'a' }] }],
    ['nested uniforms', { buffers: { p: { uniform: { eye: [0, '$i', { x: [1] }], on: true } } } }],
    ['a list', { units: { list: 'a.csv' } }],
    ['a hint for editors', { $schema: './manifest.schema.json' }],
  ])('accepts %s', (_what, changes) => {
    expect(accepts(schema, aJobJson(changes))).toBe(true)
  })

  test.each([
    ['an unknown field', { colour: 'red' }],
    ['an unknown field of a step', { passes: [{ entry: 'main', workgroup: [1] }] }],
    ['a step that is two things', { passes: [{ copy: ['a', 'b'], entry: 'main' }] }],
    ['a wrong step deep inside', { passes: [{ repeat: 2, do: [{ do: [{ entri: 'main' }] }] }] }],
    ['a path for a file', { wgsl: ['../kernel.wgsl'] }],
    ['an unknown cause', { cause: 'fun' }],
    ['a range of three numbers', { units: { range: [0, 4, 9] } }],
    ['a granule of zero', { units: { range: [0, 1], granule: 0 } }],
    ['an unknown kind of result', { collect: { kind: 'film' } }],
    ['a tolerance without numbers', { verify: { out: { compare: 'tolerance' } } }],
    ['a uniform of null', { buffers: { p: { uniform: { eye: [null] } } } }],
  ])('refuses %s, as the protocol does', (_what, changes) => {
    const json = aJobJson(changes)
    expect(accepts(schema, json)).toBe(false)
    expect(() => parseManifest(json)).toThrow(/job.json/)
  })
})
