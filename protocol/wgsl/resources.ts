import { nativeType } from './native-only.ts'
import type { Constants } from './constants.ts'
import type { KernelModule, VariableDeclaration } from './declarations.ts'
import type { Layouts } from './layouts.ts'
import type { Refusal } from '../refusal.ts'
import type {
  ResourceBinding,
  StorageTextureBinding,
  TextureBinding,
  TextureDimension,
} from './reflection.ts'
import type { NameSyntax } from './syntax.ts'

const dimensions: Readonly<Record<string, TextureDimension>> = {
  '1d': '1d',
  '2d': '2d',
  '2d_array': '2d-array',
  '3d': '3d',
  cube: 'cube',
  cube_array: 'cube-array',
}
const sampled = /^texture_(1d|2d|2d_array|3d|cube|cube_array|multisampled_2d)$/
const depth = /^texture_depth_(2d|2d_array|cube|cube_array|multisampled_2d)$/
const stored = /^texture_storage_(1d|2d|2d_array|3d)$/

/** Reads `@group(…) @binding(…) var…` into what is bound there. */
export class Resources {
  readonly #module: KernelModule
  readonly #constants: Constants
  readonly #layouts: Layouts

  constructor(module: KernelModule, constants: Constants, layouts: Layouts) {
    this.#module = module
    this.#constants = constants
    this.#layouts = layouts
  }

  /**
   * What a variable binds, or `undefined` for a private or a workgroup variable.
   *
   * @throws {Refusal} `kernelInvalid` for a type or an access that cannot be bound.
   */
  of(variable: VariableDeclaration): ResourceBinding | undefined {
    const [space, access, ...more] = variable.space
    if (space === 'private' || space === 'workgroup') return undefined
    const { name, type, begin } = variable
    if (!type) throw this.#refusal(begin, `The variable "${name}" has no type.`)
    const position = this.#module.tokens.text.positionOf(begin)
    const slot = {
      group: this.#slot(variable, 'group'),
      binding: this.#slot(variable, 'binding'),
      name,
      position,
    }
    if (space === undefined) return { ...slot, ...this.#handle(this.#layouts.resolve(type)) }
    const layout = this.#layouts.of(type)
    const buffer = { ...slot, type: layout, bytesMin: layout.bytes }
    if (space === 'uniform' && access === undefined) return { kind: 'uniform', ...buffer }
    if (space === 'storage' && (access === undefined || access === 'read') && more.length === 0)
      return { kind: 'storage', access: 'read', ...buffer }
    if (space === 'storage' && access === 'read_write' && more.length === 0)
      return { kind: 'storage', access, ...buffer }
    throw this.#refusal(begin, `WGSL has no variable "var<${variable.space.join(', ')}>".`)
  }

  #refusal(begin: number, message: string, next?: string): Refusal {
    return this.#module.tokens.text.refusal(begin, message, next)
  }

  #slot({ name, begin, attributes }: VariableDeclaration, which: 'group' | 'binding'): number {
    const operand = attributes.find((attribute) => attribute.name === which)?.operands[0]
    if (operand) return this.#constants.count(operand, `@${which}`, 0)
    throw this.#refusal(
      begin,
      `The variable "${name}" lacks @${which}.`,
      'Bind it, or declare it var<private>.',
    )
  }

  #handle(type: NameSyntax): Unslotted<ResourceBinding> {
    const { name, begin } = type
    if (this.#module.declarations.has(name))
      throw this.#refusal(begin, `"${name}" lies in no buffer: say which.`)
    if (name === 'sampler' || name === 'sampler_comparison')
      return { kind: 'sampler', comparison: name === 'sampler_comparison' }
    if (name === 'texture_external') return { kind: 'externalTexture' }
    const plain = sampled.exec(name) ?? depth.exec(name)
    if (plain?.[1] !== undefined) return this.#texture(type, plain[1])
    const storage = stored.exec(name)
    if (storage?.[1] !== undefined) return this.#storageTexture(type, storage[1])
    const advice = nativeType(name)
    if (advice !== undefined) throw this.#refusal(begin, `"${name}" is not in the WebGPU standard.`, advice)
    throw this.#refusal(
      begin,
      `"${name}" is neither a texture nor a sampler.`,
      'Anything else is declared var<uniform> or var<storage>.',
    )
  }

  #texture(type: NameSyntax, suffix: string): Unslotted<TextureBinding> {
    const multisampled = suffix === 'multisampled_2d'
    const dimension = dimensions[multisampled ? '2d' : suffix] ?? '2d'
    if (depth.test(type.name)) return { kind: 'texture', dimension, sample: 'depth', multisampled }
    const [inner] = type.parameters
    const sample = inner?.kind === 'name' ? this.#constants.scalarOf(inner) : undefined
    if (sample === undefined || sample === 'bool' || sample === 'f16')
      throw this.#refusal(type.begin, `"${type.name}" samples f32, i32 or u32: say which.`)
    return { kind: 'texture', dimension, sample, multisampled }
  }

  #storageTexture(type: NameSyntax, suffix: string): Unslotted<StorageTextureBinding> {
    const [format, access] = type.parameters
    const dimension = dimensions[suffix]
    if (
      format?.kind !== 'name' ||
      access?.kind !== 'name' ||
      dimension === 'cube' ||
      dimension === 'cube-array'
    )
      throw this.#refusal(type.begin, `"${type.name}" lacks its texel format or its access.`)
    const mode = (['read', 'write', 'read_write'] as const).find((word) => word === access.name)
    if (!mode) throw this.#refusal(access.begin, `"${access.name}" is no access to a texture.`)
    return { kind: 'storageTexture', dimension: dimension ?? '2d', format: format.name, access: mode }
  }
}

/** Spread over the union, which `Omit` alone would melt into one. */
type Unslotted<T> = T extends ResourceBinding ? Omit<T, 'group' | 'binding' | 'name' | 'position'> : never
