import {
  aDispatch,
  goodBind,
  goodBuffers,
  kernelDoing,
  kernelWith,
  someNumbers,
  type BadJob,
} from './a-job.ts'

const manifestInvalid = 'manifestInvalid'
const usingTexture = (declaration: string, use: string) =>
  kernelDoing(`  ${use}\n  squares[id.x] = 1.0;`, `@group(0) @binding(3) var picture: ${declaration};`)
const photo = { format: 'rgba8unorm', size: [16, 16], dimension: '2d' }
const bindPhoto = [aDispatch({ bind: { ...goodBind, '0.3': 'photo' } })]
const twice = (name: string) => ({ uniform: { begin: '$unit.begin', count: '$unit.count', [name]: 1 } })

/** Jobs whose kernel is WGSL and whose manifest is sound, but not together; or that ask for more than devices have. */
export const misfits: readonly BadJob[] = [
  { title: 'an entry point that is not there', manifest: { passes: [aDispatch({ entry: 'mian' })] }, reason: manifestInvalid, where: 'passes.0.entry', says: /mian/ },
  { title: 'a kernel without entry point', kernel: 'fn main() {}', reason: manifestInvalid, says: /entry/ },
  { title: 'a slot to which nothing is bound', kernel: kernelWith(['number * number', 'number * zz[id.x]'], ['struct Params', '@group(0) @binding(3) var<storage, read> zz: array<f32>; struct Params']), reason: manifestInvalid, says: /zz|0\.3/ },
  { title: 'a slot that the kernel has not', manifest: { passes: [aDispatch({ bind: { ...goodBind, '1.7': 'numbers' } })] }, reason: manifestInvalid, says: /1\.7/ },
  { title: 'a uniform bound where a texture belongs', kernel: usingTexture('texture_2d<f32>', 'let texel = textureLoad(picture, vec2u(0), 0);'), manifest: { passes: [aDispatch({ bind: { ...goodBind, '0.3': 'params' } })] }, reason: manifestInvalid, says: /params/ },
  { title: 'a texture bound where a buffer belongs', manifest: { textures: { photo }, passes: [aDispatch({ bind: { ...goodBind, '0.1': 'photo' } })] }, reason: manifestInvalid, says: /photo/ },
  { title: 'a uniform bound where the kernel writes', manifest: { passes: [aDispatch({ bind: { ...goodBind, '0.2': 'params' } })] }, reason: manifestInvalid, says: /params/ },
  { title: 'two variables at one slot', kernel: kernelWith(['@binding(1) var<storage, read> numbers', '@binding(0) var<storage, read> numbers']), manifest: { passes: [aDispatch({ bind: { '0.0': 'params', '0.2': 'squares' } })] }, reason: manifestInvalid, where: 'buffers.params', says: /unlike types/ },
  { title: 'a field that the structure has not', manifest: { buffers: { ...goodBuffers, params: twice('colour') } }, reason: manifestInvalid, says: /colour/ },
  { title: 'a field that nobody fills in', kernel: kernelWith(['count: u32 }', 'count: u32, colour: f32 }']), reason: manifestInvalid, says: /colour/ },
  { title: 'an override that the kernel has not', manifest: { passes: [aDispatch({ overrides: { SIZE: 64 } })] }, reason: manifestInvalid, says: /SIZE/ },
  { title: 'an override without a value', kernel: kernelWith(['struct Params', 'override SIZE: u32; struct Params'], ['@workgroup_size(64)', '@workgroup_size(SIZE)']), reason: manifestInvalid, where: 'passes.0.overrides', says: /SIZE/ },
  { title: 'a slice beyond the file', manifest: { inputs: { numbers: { file: 'numbers.f32', slice: { stride: 8 } } } }, inputs: { numbers: someNumbers }, reason: manifestInvalid, where: 'inputs.numbers', says: /4096 bytes.*need 8192/ },
  { title: 'a texture whose file is too short', manifest: { inputs: { numbers: { file: 'numbers.f32' } }, textures: { photo: { ...photo, size: [64, 64], from: 'input:numbers' } }, passes: bindPhoto }, kernel: usingTexture('texture_2d<f32>', 'let texel = textureLoad(picture, vec2u(0), 0);'), reason: manifestInvalid, where: 'textures.photo', says: /4096 bytes.*16384/ },
  { title: 'a texture larger than any device has', manifest: { textures: { photo: { ...photo, size: [40_000, 4] } }, passes: bindPhoto }, kernel: usingTexture('texture_2d<f32>', 'let texel = textureLoad(picture, vec2u(0), 0);'), reason: 'notPortable', says: /40000/ },
  { title: 'a texture of another dimension', manifest: { textures: { photo }, passes: bindPhoto }, kernel: usingTexture('texture_3d<f32>', 'let texel = textureLoad(picture, vec3u(0), 0);'), reason: manifestInvalid, says: /photo|3d/ },
  { title: 'a texture of several samples', manifest: { textures: { photo }, passes: bindPhoto }, kernel: usingTexture('texture_multisampled_2d<f32>', 'let texel = textureLoad(picture, vec2u(0), 0);'), reason: manifestInvalid, says: /sample/ },
  { title: 'a texture from outside', manifest: { textures: { photo }, passes: bindPhoto }, kernel: usingTexture('texture_external', 'let texel = textureLoad(picture, vec2u(0));'), reason: manifestInvalid, says: /outside|external/ },
  { title: 'no result at all', manifest: { buffers: { ...goodBuffers, squares: { bytes: 1024 } }, verify: {} }, reason: manifestInvalid, says: /result|squares/ },
  { title: 'scratch of a petabyte', kernel: usingTexture('texture_2d<f32>', '').replace('var picture: texture_2d<f32>', 'var<storage, read_write> more: array<f32>').replace('squares[id.x] = 1.0', 'more[id.x] = 1.0; squares[id.x] = 1.0'), manifest: { buffers: { ...goodBuffers, more: { bytes: 1e15 } }, passes: [aDispatch({ bind: { ...goodBind, '0.3': 'more' } })] }, reason: 'notPortable', says: /1000000000000000/ },
  { title: 'scratch whose size is no number', manifest: { buffers: { ...goodBuffers, more: { bytes: '4/($unit.index-$unit.index)' } } }, reason: 'expressionInvalid', says: /finite/ },
  { title: 'a repeat of more steps than a unit may have', manifest: { passes: [{ repeat: 1001, do: [{ repeat: 1001, do: [aDispatch()] }] }] }, reason: 'tooLarge', where: 'passes', says: /1000000 steps/ },
  { title: 'a repeat of nothing without end', manifest: { passes: [aDispatch(), { repeat: 1e9, do: [{ repeat: 0, do: [{ clear: 'squares' }] }] }] }, reason: 'tooLarge', where: 'passes', says: /1000000 steps/ },
  { title: 'more workgroups than WebGPU takes', manifest: { passes: [aDispatch({ workgroups: [65_536] })] }, reason: 'notPortable', where: 'passes', says: /65536 × 1 × 1 workgroups.*65535/ },
  { title: 'workgroups below zero', manifest: { passes: [aDispatch({ workgroups: ['0-$unit.count'] })] }, reason: 'expressionInvalid', says: /-256/ },
  { title: 'workgroups of nothing', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(0)']), reason: 'kernelInvalid', where: 'kernel.wgsl:5:32', says: /workgroup size/i },
  { title: 'workgroups of half an invocation', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(0.5)']), reason: 'kernelInvalid', says: /workgroup size|whole|0\.5/i },
  { title: 'no workgroup size', kernel: kernelWith([' @workgroup_size(64)', '']), reason: 'kernelInvalid', where: 'kernel.wgsl:5:13', says: /@workgroup_size/ },
  { title: 'workgroups of 2048', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(2048)']), reason: 'notPortable', where: 'kernel.wgsl:5:35', says: /2048/ },
  { title: 'workgroups of 32 × 32 × 2', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(32, 32, 2)']), reason: 'notPortable', where: 'kernel.wgsl:5:40', says: /2048 invocations.*1024/ },
  { title: 'workgroups of 65 in depth', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(1, 1, 65)']), reason: 'notPortable', says: /65 along z.*64/ },
  { title: 'more workgroup memory than there is', kernel: kernelDoing('  shared_numbers[id.x & 1] = 1.0; squares[id.x] = shared_numbers[0];', 'var<workgroup> shared_numbers: array<f32, 16384>;'), reason: 'notPortable', where: 'kernel.wgsl:5:33', says: /65536 bytes of workgroup memory.*32768/ },
  { title: 'seventeen storage buffers', ...manyBuffers(17), reason: 'notPortable', says: /17/ },
  { title: 'a uniform of 128 KiB', kernel: kernelWith(['var<uniform> params: Params', 'var<uniform> table: array<vec4f, 8192>'], ['id.x >= params.count', 'f32(id.x) >= table[0].x'], ['params.begin + id.x', 'id.x']), manifest: { inputs: { numbers: { file: 'numbers.f32' }, table: { file: 'table.bin' } }, buffers: { ...goodBuffers, params: { from: 'input:table' } } }, inputs: { numbers: someNumbers, table: new Uint8Array(131_072) }, reason: 'notPortable', says: /131072/ },
  { title: 'a binding number that no device has', kernel: kernelWith(['@binding(1)', '@binding(1000)']), manifest: { passes: [aDispatch({ bind: { '0.0': 'params', '0.1000': 'numbers', '0.2': 'squares' } })] }, reason: manifestInvalid, says: /1000/ },
  { title: 'a feature nobody knows', manifest: { requires: { features: ['shader-f128'] } }, reason: manifestInvalid, where: 'requires.features', says: /shader-f128/ },
  { title: 'a clock of the device', manifest: { requires: { features: ['timestamp-query'] } }, reason: manifestInvalid, where: 'requires.features', says: /timestamp-query/ },
  { title: 'a limit nobody knows', manifest: { requires: { limits: { maxPatience: 3 } } }, reason: manifestInvalid, where: 'requires.limits.maxPatience', says: /maxPatience/ },
  { title: 'a limit that no device reaches', manifest: { requires: { limits: { maxStorageBuffersPerShaderStage: 1_000 } } }, reason: 'notPortable', where: 'requires.limits.maxStorageBuffersPerShaderStage', says: /1000.*16/ },
  { title: 'half floats that nobody asked for', kernel: `enable f16;\n${kernelDoing('  squares[id.x] = f32(f16(2.0));')}`, reason: manifestInvalid, where: 'requires.features', says: /shader-f16/ },
] // prettier-ignore

/** A kernel of this many storage buffers, of which it uses every one. */
function manyBuffers(count: number): Pick<BadJob, 'kernel' | 'manifest'> {
  const names = Array.from({ length: count - 2 }, (_, index) => `more${index}`)
  const declarations = names.map(
    (name, index) => `@group(1) @binding(${index}) var<storage, read> ${name}: array<f32>;`,
  )
  const sum = names.map((name) => `${name}[0]`).join(' + ')
  const bind = Object.fromEntries(names.map((_, index) => [`1.${index}`, 'numbers']))
  return {
    kernel: kernelDoing(`  squares[id.x] = ${sum} + numbers[0];`, declarations.join('\n')),
    manifest: {
      requires: { limits: { maxStorageBuffersPerShaderStage: count } },
      passes: [aDispatch({ bind: { ...goodBind, ...bind } })],
    },
  }
}
