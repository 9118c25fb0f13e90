import type { Manifest, SamplerPlan } from '../manifest-schema.ts'
import type { BufferBinding, ResourceBinding } from '../wgsl/reflection.ts'
import { note, refuse, type Draft } from './draft.ts'
import { inferBuffer, valueByName } from './infer-buffers.ts'

const kindWords = {
  uniform: 'a uniform buffer',
  storage: 'a storage buffer',
  texture: 'a texture',
  storageTexture: 'a storage texture',
  sampler: 'a sampler',
  externalTexture: 'an external texture',
} as const

/** Sees to it that the manifest has the resource that a slot of the kernel holds, and that it is of the right kind. */
export function inferResource(draft: Draft, name: string, binding: ResourceBinding, where: string): void {
  const { manifest } = draft
  const known = kindOf(manifest, name)
  switch (binding.kind) {
    case 'uniform':
    case 'storage':
      if (known !== undefined && known !== 'buffers') throw misfit(where, name, binding, known)
      if (known === undefined) addBuffer(draft, name, binding)
      inferBuffer(draft, name, binding, where)
      return
    case 'texture':
    case 'storageTexture':
      if (known === 'textures') inferDimension(draft, name, binding, where)
      else if (known !== undefined) throw misfit(where, name, binding, known)
      else
        throw refuse(
          `textures.${name}`,
          `the kernel's ${binding.name} (line ${binding.position.line}) is ${kindWords[binding.kind]} that nothing describes`,
          `Add "${name}" to "textures": its format and size.`,
        )
      return
    case 'sampler':
      if (known !== undefined && known !== 'samplers') throw misfit(where, name, binding, known)
      if (known === undefined) addSampler(draft, name, binding.comparison)
      return
    case 'externalTexture':
      throw refuse(where, `${binding.name} is an external texture, i.e. a video`, 'Use texture_2d<f32>.')
  }
}

function kindOf(manifest: Draft['manifest'], name: string): 'buffers' | 'textures' | 'samplers' | undefined {
  return (['buffers', 'textures', 'samplers'] as const).find((kind) => Object.hasOwn(manifest[kind], name))
}

function misfit(where: string, name: string, binding: ResourceBinding, known: string) {
  return refuse(
    where,
    `the kernel's ${binding.name} (line ${binding.position.line}) is ${kindWords[binding.kind]}, "${name}" is among the ${known}`,
    'Bind something else, or move it.',
  )
}

/** A buffer that the manifest does not have: an input of that name, values by their names, or space. */
function addBuffer(draft: Draft, name: string, binding: BufferBinding): void {
  const { manifest } = draft
  const add = (plan: Manifest['buffers'][string], what: string) => {
    manifest.buffers = { ...manifest.buffers, [name]: plan }
    note(draft, `buffers.${name}`, what)
  }
  const input = Object.hasOwn(manifest.inputs, name) ? name : loneInput(draft, binding)
  if (input !== undefined) add({ from: `input:${input}` }, `the input "${input}"`)
  else if (binding.kind === 'uniform') {
    const value = binding.type.kind === 'struct' ? {} : valueByName(draft, binding.name)
    if (value === undefined)
      throw refuse(
        `buffers.${name}`,
        `the kernel's uniform ${binding.name} (line ${binding.position.line}) has no value`,
        `Add "${name}": { "uniform": … } to "buffers", or name a parameter so.`,
      )
    add({ uniform: value }, typeof value === 'string' ? value : 'values found by the names of its fields')
  } else if (binding.access === 'read_write') add({}, 'space of the unit')
  else
    throw refuse(
      `buffers.${name}`,
      `the kernel reads ${binding.name} (line ${binding.position.line}), and nothing says what is in it`,
      `Add an input or a buffer named "${name}".`,
    )
}

/** The one input of a job whose kernel reads one buffer needs no name. */
function loneInput(draft: Draft, binding: BufferBinding): string | undefined {
  const { manifest, reflection } = draft
  const [input, ...otherInputs] = Object.keys(manifest.inputs)
  const readOnly = reflection.bindings.filter((other) => other.kind === 'storage' && other.access === 'read')
  const taken = Object.values(manifest.buffers).some((plan) => 'from' in plan)
  const alone = otherInputs.length === 0 && readOnly.length === 1 && readOnly[0]?.name === binding.name
  return alone && !taken ? input : undefined
}

function addSampler(draft: Draft, name: string, comparison: boolean): void {
  const plan: SamplerPlan = {
    filter: 'nearest',
    address: 'clamp-to-edge',
    ...(comparison && { compare: 'less' as const }),
  }
  draft.manifest.samplers = { ...draft.manifest.samplers, [name]: plan }
  note(
    draft,
    `samplers.${name}`,
    comparison ? 'nearest, clamped, compares "less"' : 'nearest, clamped to the edge',
  )
}

function inferDimension(
  draft: Draft,
  name: string,
  binding: Extract<ResourceBinding, { dimension: string }>,
  where: string,
): void {
  const texture = draft.manifest.textures[name]
  if (!texture) return
  if (binding.kind === 'texture' && binding.multisampled)
    throw refuse(where, `${binding.name} is multisampled, which only rendering can fill`, 'Use texture_2d.')
  if (binding.kind === 'storageTexture' && binding.format !== texture.format)
    throw refuse(
      `textures.${name}.format`,
      `the kernel's ${binding.name} (line ${binding.position.line}) has ${binding.format}, the manifest says ${texture.format}`,
      'Make them the same.',
    )
  if (texture.dimension === undefined) {
    draft.manifest.textures = {
      ...draft.manifest.textures,
      [name]: { ...texture, dimension: binding.dimension },
    }
    note(draft, `textures.${name}.dimension`, binding.dimension)
  } else if (family(texture.dimension) !== family(binding.dimension))
    throw refuse(
      `textures.${name}.dimension`,
      `the kernel's ${binding.name} (line ${binding.position.line}) is ${binding.dimension}, the manifest says ${texture.dimension}`,
      'Make them the same.',
    )
}

/** Views of one family can be made of the same texture. */
function family(dimension: string): string {
  return dimension === '1d' || dimension === '3d' ? dimension : '2d'
}
