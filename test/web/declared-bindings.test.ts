import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { declaredBindings } from '#web/edge/runner/declared-bindings.ts'

const declared = (wgsl: string) => Object.fromEntries(declaredBindings(wgsl))

test('[G6] address space and access mode decide the kind', () => {
  expect(
    declared(`
      @group(0) @binding(0) var<uniform> a: A;
      @group(0) @binding(1) var<storage> b: B;
      @group(0) @binding(2) var<storage, read> c: C;
      @binding(3) @group(2) var<storage,read_write,> d: D;
      @group(0)@binding(4)var < storage , read_write > e: E;
      var<private> f: F;
      var<workgroup> g: array<u32, 4>;
      @group(1) @binding(0) var h: texture_2d<f32>;`),
  ).toEqual({
    '0.0': 'uniform',
    '0.1': 'read-only-storage',
    '0.2': 'read-only-storage',
    '2.3': 'storage',
    '0.4': 'storage',
  })
})

test('[G6] comments are no declarations, also where they nest', () => {
  expect(
    declared(`
      // @group(0) @binding(0) var<uniform> a: A;
      /* @group(0) @binding(1) /* inner */ var<uniform> b: B; */
      @group(0) /* why */ @binding(2) // where
      var<storage, read_write> c: C;`),
  ).toEqual({ '0.2': 'storage' })
})

test('[G6] suffixed numbers and spaces inside are understood, computed slots are left to the manifest', () => {
  expect(
    declared('@group( 1u ) @binding( 2i, ) var<uniform> a: A; @group(0) @binding(N) var<uniform> b: B;'),
  ).toEqual({
    '1.2': 'uniform',
  })
})

test('[G6] an unfinished comment ends the text', () => {
  expect(
    declared('@group(0) @binding(0) var<uniform> a: A; /* @group(0) @binding(1) var<uniform> b: B;'),
  ).toEqual({
    '0.0': 'uniform',
  })
})

test('[G6] the path tracer’s bindings', () => {
  const wgsl = readFileSync(new URL('../../shaders/path-tracer/kernel.wgsl', import.meta.url), 'utf8')
  expect(declared(wgsl)).toEqual({ '0.0': 'uniform', '0.1': 'read-only-storage', '0.2': 'storage' })
})

test('[G6] a hostile text takes no longer than another', () => {
  const bytes = 256 * 1024
  const hostile = [
    '@a',
    '@a ',
    '@a(',
    '@a( ',
    '@a(b)',
    '@a  \n',
    '@',
    ' ',
    '/*',
    '//\n',
    'var<storage,read ',
    'a'.repeat(999),
  ]
  for (const part of hostile) {
    const text = `@group(0) @binding(0) var<storage,read${part.repeat(bytes / part.length)}`
    const begin = performance.now()
    expect(declared(text)).toEqual({})
    expect(performance.now() - begin, part).toBeLessThan(2_000)
  }
})
