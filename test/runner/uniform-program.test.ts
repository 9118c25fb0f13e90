import { expect, test } from 'vitest'
import type { UniformValue } from '#protocol/manifest-schema.ts'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { checkUniforms } from '#runner/check-uniforms.ts'
import { encodeUniform, parseUniform } from '#runner/uniform-program.ts'
import { aCompleteManifest } from './kernel-form.ts'

const variables = { '$unit.begin': 300, '$unit.count': 100, '$unit.index': 3, $scale: 0.5, $i: 2 }

function typeOf(declarations: string, type: string) {
  const { bindings } = reflect(`${declarations}\n@group(0) @binding(0) var<storage> u: ${type};`)
  const [binding] = bindings
  if (!binding || !('type' in binding)) throw new Error('the variable is a buffer')
  return binding.type
}

function programFor(declarations: string, type: string, value: UniformValue) {
  return parseUniform('u', value, typeOf(declarations, type), ['scale'])
}

function encode(declarations: string, type: string, value: UniformValue) {
  return new DataView(encodeUniform(programFor(declarations, type, value), variables).buffer)
}

test('[G11] fields go to the places that the kernel’s layout gives them, whatever their order in the manifest', () => {
  const struct = 'struct P { a: u32, eye: vec3f, b: i32 }'
  const view = encode(struct, 'P', { b: '0-$unit.count', eye: [1, 2, '$scale'], a: '$unit.begin' })
  expect([view.getUint32(0, true), view.getFloat32(24, true), view.getInt32(28, true)]).toEqual([
    300, 0.5, -100,
  ])
  expect(view.byteLength).toBe(32)
})

test('[G11] a missing field is filled in by its name, or refused by it', () => {
  const view = encode('struct P { unit_index: u32, scale: f32 }', 'P', {})
  expect([view.getUint32(0, true), view.getFloat32(4, true)]).toEqual([3, 0.5])
  expect(() => programFor('struct P { other: u32 }', 'P', {})).toThrow(
    /"u.other" of the struct P has no value/,
  )
  expect(() => programFor('struct P { a: u32 }', 'P', { a: 1, c: 2 })).toThrow(/"u.c" is no field/)
})

test('[G11] lists as vectors, columns and elements have them; lengths that do not fit are refused', () => {
  const flat = encode('', 'mat2x3f', [1, 2, 3, 4, 5, 6])
  const columns = encode('', 'mat2x3f', [
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(new Uint8Array(flat.buffer)).toEqual(new Uint8Array(columns.buffer))
  expect([flat.getFloat32(8, true), flat.getFloat32(16, true)]).toEqual([3, 4])
  expect(encode('', 'array<vec3u, 2>', [1, 2, 3, 4, 5, 6]).getUint32(16, true)).toBe(4)
  expect(encode('', 'array<u32>', [7, 8, 9]).byteLength).toBe(12)
  expect(() => programFor('', 'vec3f', [1, 2])).toThrow(/takes 3 values, and has 2/)
  expect(() => programFor('', 'array<u32, 2>', 5)).toThrow(/takes a list/)
})

test('[G11] values that say their own type are packed one after the other', () => {
  const view = encode('', 'vec4u', { z: '$unit.begin:u32', a: '0-$unit.count:i32', m: '$unit.index/2:f32' })
  expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)]).toEqual([
    300, -100, 1.5,
  ])
  expect(() => programFor('', 'vec4u', { a: '1' })).toThrow(/"u.a" is to be packed/)
  expect(encode('', 'array<u32>', { a: '1:u32', b: '2:u32', c: '3:u32' }).byteLength).toBe(12)
})

test('[G11] the limits of each scalar', () => {
  const misfits: [string, number | string][] = [
    ['u32', 4294967296],
    ['u32', '0-1'],
    ['u32', 0.5],
    ['i32', 2147483648],
    ['i32', '1/3'],
    ['f32', '1/0'],
    ['f32', 1e39],
  ]
  for (const [type, value] of misfits)
    expect(() => encode('', type, value), `${type} ${String(value)}`).toThrow(Refusal)
  expect(encode('', 'u32', 4294967295).getUint32(0, true)).toBe(0xffff_ffff)
  expect(encode('', 'i32', '0-2147483648').getInt32(0, true)).toBe(-0x8000_0000)
})

test('[G11] half floats are rounded to the nearest, ties to even', () => {
  const halves: [number | string, number][] = [
    [1, 0x3c00],
    ['0-2', 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    ['1/3', 0x3555],
    ['pow(2,10)+0.5', 0x6400],
    ['pow(2,10)+1.5', 0x6402],
    ['1/16384', 0x0400],
    ['1/16777216', 0x0001],
    ['1.5/16777216', 0x0002],
    ['1/100000000', 0x0000],
  ]
  for (const [value, bits] of halves)
    expect(encode('enable f16;', 'f16', value).getUint16(0, true), String(value)).toBe(bits)
  expect(() => encode('enable f16;', 'f16', 65520)).toThrow(/65504/)
})

test('only values that name a counter change within a unit', () => {
  const changes = (value: UniformValue) => programFor('', 'u32', value).changesWithin
  expect([changes('$i'), changes('$k+1'), changes('$unit.begin*$scale')]).toEqual([true, true, false])
})

test('a job is checked without a GPU: first and last unit, counters left out', () => {
  const wgsl = `
    @group(0) @binding(0) var<uniform> left: u32;
    @group(0) @binding(1) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(1) fn main() { out[0] = left; }`
  const jobWith = (left: string) =>
    aCompleteManifest(
      { units: { range: [0, 5] }, buffers: { left: { uniform: left }, out: { bytes: 4, result: true } } },
      wgsl,
    )
  expect(() => {
    checkUniforms(jobWith('5-$unit.index-$i'), reflect(wgsl))
    checkUniforms(jobWith('4-$unit.index'), reflect(wgsl))
  }).not.toThrow()
  expect(() => {
    checkUniforms(jobWith('3-$unit.index'), reflect(wgsl))
  }).toThrow(/"left" is -1; u32 holds/)
})
