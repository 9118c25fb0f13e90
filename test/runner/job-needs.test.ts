import { expect, test } from 'vitest'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { layoutEntriesOf } from '#runner/bind-layouts.ts'
import { deviceNeedsOf } from '#runner/device-needs.ts'
import { jobMemoryBytesMax, lanesWithin, memoryNeedsOf } from '#runner/memory-needs.ts'
import { programOf } from '#runner/program-builder.ts'
import { planUnit } from '#runner/unit-plan.ts'
import { aCompleteManifest } from './kernel-form.ts'

const mixedWgsl = `enable f16;
  struct P { count: u32, offset: u32 }
  @group(0) @binding(0) var<storage, read> numbers: array<vec4f>;
  @group(0) @binding(3) var<uniform> p: P;
  @group(2) @binding(1) var image: texture_2d<f32>;
  @group(2) @binding(2) var near: sampler;
  @group(2) @binding(4) var canvas: texture_storage_3d<r32float, write>;
  @group(3) @binding(0) var<storage, read_write> out: array<u32>;
  @group(3) @binding(7) var<storage, read_write> unused: array<u32>;
  var<workgroup> shared_: array<u32, 1000>;
  @compute @workgroup_size(32, 4) fn main() {
    shared_[0] = p.count;
    textureStore(canvas, vec3u(), textureSampleLevel(image, near, vec2f(), 0.0) + numbers[0]);
    out[0] = shared_[0];
  }`
const mixedParts = {
  inputs: { numbers: 'n.bin', photo: 'p.bin' },
  buffers: { p: { uniform: { count: 1, offset: 2 } }, out: { bytes: 4096, result: true } },
  textures: {
    image: { from: 'input:photo', format: 'r32float', size: [64, 32] },
    canvas: { format: 'r32float', size: [16, 16, 8] },
  },
  passes: [
    { entry: 'main', bind: { '3.0': { buffer: 'out', dynamic: '256*$i', size: 256 } }, workgroups: [1] },
  ],
}
const mixedBytes = new Map([
  ['numbers', 160],
  ['photo', 64 * 32 * 4],
])

function programFrom(parts: object, wgsl: string, inputBytes: ReadonlyMap<string, number>) {
  return programOf(aCompleteManifest(parts as Record<string, unknown>, wgsl, { inputBytes }), reflect(wgsl))
}

test('[G6] layouts repeat what the kernel declares and uses, by group, gaps left empty', () => {
  const program = programFrom(mixedParts, mixedWgsl, mixedBytes)
  const [dispatch] = program.dispatches
  if (!dispatch) throw new Error('there is a dispatch')
  const entries = layoutEntriesOf(program, dispatch, { float32Filterable: false })
  const visibility = 4
  expect(entries).toEqual([
    [
      {
        binding: 0,
        visibility,
        buffer: { type: 'read-only-storage', minBindingSize: 16, hasDynamicOffset: false },
      },
      { binding: 3, visibility, buffer: { type: 'uniform', minBindingSize: 8, hasDynamicOffset: false } },
    ],
    [],
    [
      { binding: 1, visibility, texture: { sampleType: 'unfilterable-float', viewDimension: '2d' } },
      { binding: 2, visibility, sampler: { type: 'non-filtering' } },
      {
        binding: 4,
        visibility,
        storageTexture: { access: 'write-only', format: 'r32float', viewDimension: '3d' },
      },
    ],
    [{ binding: 0, visibility, buffer: { type: 'storage', minBindingSize: 4, hasDynamicOffset: true } }],
  ])
  const filterable = layoutEntriesOf(program, dispatch, { float32Filterable: true })
  expect(filterable[2]?.[0]).toMatchObject({ texture: { sampleType: 'float' } })
})

test('[G12] features and limits follow need', () => {
  const program = programFrom(mixedParts, mixedWgsl, mixedBytes)
  const needs = deviceNeedsOf(program, planUnit(program.manifest, 0), [160])
  expect(needs.features).toEqual(['shader-f16'])
  expect(needs.limits).toMatchObject({
    maxBufferSize: 4096,
    maxStorageBufferBindingSize: 4096,
    maxUniformBufferBindingSize: 8,
    maxStorageBuffersPerShaderStage: 2,
    maxUniformBuffersPerShaderStage: 1,
    maxSampledTexturesPerShaderStage: 1,
    maxStorageTexturesPerShaderStage: 1,
    maxSamplersPerShaderStage: 1,
    maxDynamicStorageBuffersPerPipelineLayout: 1,
    maxTextureDimension2D: 64,
    maxTextureDimension3D: 16,
    maxComputeWorkgroupSizeX: 32,
    maxComputeWorkgroupSizeY: 4,
    maxComputeInvocationsPerWorkgroup: 128,
    maxComputeWorkgroupStorageSize: 4000,
  })
})

test('[G12] what cannot be seen is said in requires, and storage formats ask for their features', () => {
  const wgsl = `
    @group(0) @binding(0) var canvas: texture_storage_2d<bgra8unorm, write>;
    @compute @workgroup_size(1) fn main() { textureStore(canvas, vec2u(), vec4f()); }`
  const program = programFrom(
    {
      requires: { features: ['subgroups'], limits: { maxComputeWorkgroupSizeX: 512 } },
      textures: { canvas: { format: 'bgra8unorm', size: [4, 4], result: true } },
      passes: [{ entry: 'main', workgroups: [1] }],
    },
    wgsl,
    new Map(),
  )
  const needs = deviceNeedsOf(program, planUnit(program.manifest, 0), [])
  expect(needs.features).toEqual(['subgroups', 'bgra8unorm-storage'])
  expect(needs.limits).toMatchObject({ maxComputeWorkgroupSizeX: 512 })
})

test('[G9] memory counts inputs once, what is a unit’s own for every lane, and copies of inputs that are written', () => {
  const wgsl = `
    @group(0) @binding(0) var<storage, read> table: array<u32>;
    @group(0) @binding(1) var<storage, read_write> state: array<u32>;
    @group(0) @binding(2) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(1) fn main() { out[0] = table[0] + state[0]; }`
  const inputBytes = new Map([
    ['table', 1001],
    ['state', 400],
  ])
  const parts = {
    inputs: { table: 't.bin', state: 's.bin' },
    buffers: { out: { bytes: 64, result: true } },
    passes: [{ entry: 'main', workgroups: [1] }],
  }
  const program = programFrom(parts, wgsl, inputBytes)
  const plan = planUnit(program.manifest, 0)
  // The result is there twice: where it is computed, and where it is read back from.
  expect(memoryNeedsOf(program, plan, inputBytes)).toEqual({
    sharedBytes: 1004 + 400,
    laneBytes: 64 + 400 + 64,
  })
  const said = programFrom({ ...parts, requires: { memoryMiB: 3 } }, wgsl, inputBytes)
  expect(memoryNeedsOf(said, plan, inputBytes).laneBytes).toBe(3 * 1024 * 1024 - 1404)
})

test('[G9] a job that fits once but not twice gets one lane, one that does not fit is refused', () => {
  const third = Math.floor(jobMemoryBytesMax / 3)
  expect(lanesWithin({ sharedBytes: third, laneBytes: third }, jobMemoryBytesMax)).toBe(2)
  expect(lanesWithin({ sharedBytes: third, laneBytes: 2 * third }, jobMemoryBytesMax)).toBe(1)
  expect(() => lanesWithin({ sharedBytes: 2 * third, laneBytes: 2 * third }, jobMemoryBytesMax)).toThrow(
    /GPU memory/,
  )
})
