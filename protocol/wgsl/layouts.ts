import { kernelBounds } from './kernel-text.ts'
import { nativeType } from './native-only.ts'
import type { Constants } from './constants.ts'
import type { KernelModule, Member, StructDeclaration } from './declarations.ts'
import type { Refusal } from '../refusal.ts'
import type { ArrayLayout, FieldLayout, ScalarName, StructLayout, TypeLayout } from './reflection.ts'
import type { NameSyntax, Syntax } from './syntax.ts'

const scalarBytes: Readonly<Record<ScalarName, number>> = { f32: 4, i32: 4, u32: 4, f16: 2 }
const suffixes: Readonly<Record<string, ScalarName>> = { f: 'f32', i: 'i32', u: 'u32', h: 'f16' }

/** A type with the number of scalars, vectors and matrices in it. */
interface Measured {
  readonly layout: TypeLayout
  readonly leaves: number
  readonly depth: number
}

/** Lays types out by WGSL's rules (section "Memory Layout"), each named type once. */
export class Layouts {
  readonly #module: KernelModule
  readonly #constants: Constants
  readonly #named = new Map<string, Measured>()
  readonly #underway = new Set<string>()
  #level = 0

  constructor(module: KernelModule, constants: Constants) {
    this.#module = module
    this.#constants = constants
  }

  /** @throws {Refusal} `kernelInvalid` for what cannot lie in a buffer, e.g. `bool`. */
  of(type: NameSyntax): TypeLayout {
    return this.#measure(type).layout
  }

  /** As it lies in workgroup memory: `bool` takes four bytes, and an array may take its length from overrides. */
  inWorkgroup(type: NameSyntax): { readonly bytes: number; readonly count: Syntax | undefined } {
    const resolved = this.resolve(type)
    const [element, count] = resolved.parameters
    if (
      resolved.name === 'array' &&
      element?.kind === 'name' &&
      count &&
      !this.#module.declarations.has('array')
    )
      return { bytes: strideOf(this.#measure(element, 'workgroup').layout), count }
    return { bytes: this.#measure(resolved, 'workgroup').layout.bytes, count: undefined }
  }

  /** Through aliases to the type they stand for. */
  resolve(type: NameSyntax): NameSyntax {
    let resolved = type
    for (let step = 0; step <= kernelBounds.typeDepthMax; step += 1) {
      const declaration = this.#module.declarations.get(resolved.name)
      if (declaration?.kind !== 'alias') return resolved
      resolved = declaration.type
    }
    throw this.#refusal(type, `The alias "${type.name}" stands for too many others.`)
  }

  #refusal({ begin }: { begin: number }, message: string, next?: string): Refusal {
    return this.#module.tokens.text.refusal(begin, message, next)
  }

  #measure(type: NameSyntax, space: 'buffer' | 'workgroup' = 'buffer'): Measured {
    if (this.#level >= 2 * kernelBounds.typeDepthMax) throw this.#tooDeep(type)
    this.#level += 1
    const measured = this.#measureInside(type, space)
    this.#level -= 1
    return measured
  }

  #tooDeep(type: NameSyntax): Refusal {
    return this.#refusal(type, `Types are nested more than ${kernelBounds.typeDepthMax} deep.`)
  }

  #measureInside(type: NameSyntax, space: 'buffer' | 'workgroup'): Measured {
    const resolved = this.resolve(type)
    const declaration = this.#module.declarations.get(resolved.name)
    if (declaration && declaration.kind !== 'struct')
      throw this.#refusal(type, `"${resolved.name}" is no type.`)
    const measured = declaration
      ? this.#struct(declaration, resolved, space)
      : (this.#array(resolved, space) ?? { layout: this.#plain(resolved, space), leaves: 1, depth: 1 })
    if (measured.depth > kernelBounds.typeDepthMax) throw this.#tooDeep(type)
    if (measured.leaves > kernelBounds.leavesMax)
      throw this.#refusal(type, `A structure has more than ${kernelBounds.leavesMax} fields in all.`)
    if (measured.layout.bytes > 0xffff_ffff) throw this.#refusal(type, 'A type exceeds 4 GiB.')
    return measured
  }

  /** Scalars, vectors, matrices and atomics. */
  #plain(type: NameSyntax, space: 'buffer' | 'workgroup'): TypeLayout {
    const { name, parameters } = type
    if (Object.hasOwn(scalarBytes, name)) return scalarLayout(name as ScalarName)
    if (name === 'bool' && space === 'workgroup') return scalarLayout('u32')
    const vector = /^vec([234])([fiuh]?)$/.exec(name)
    if (vector) return vectorLayout(toWidth(vector[1]), this.#scalar(type, vector[2], space))
    const matrix = /^mat([234])x([234])([fh]?)$/.exec(name)
    if (matrix) {
      const scalar = this.#scalar(type, matrix[3], space)
      if (scalar === 'f32' || scalar === 'f16')
        return matrixLayout(toWidth(matrix[1]), toWidth(matrix[2]), scalar)
    }
    if (name === 'atomic' && parameters.length === 1) {
      const scalar = this.#scalar(type, '', space)
      if (scalar === 'i32' || scalar === 'u32') return { kind: 'atomic', scalar, bytes: 4, align: 4 }
    }
    const advice = nativeType(name)
    if (advice !== undefined) throw this.#refusal(type, `"${name}" is not in the WebGPU standard.`, advice)
    if (name === 'bool')
      throw this.#refusal(type, '"bool" cannot lie in a buffer.', 'Use u32, with 0 for false and 1 for true.')
    throw this.#refusal(type, `"${name}" is no type that lies in a buffer.`)
  }

  #scalar(type: NameSyntax, suffix: string | undefined, space: 'buffer' | 'workgroup'): ScalarName {
    if (suffix) return suffixes[suffix] ?? 'f32'
    const [inner] = type.parameters
    if (inner?.kind !== 'name') throw this.#refusal(type, `"${type.name}" lacks the type of its parts.`)
    const { layout } = this.#measure(inner, space)
    if (layout.kind !== 'scalar') throw this.#refusal(inner, `"${type.name}" is made of scalars.`)
    return layout.scalar
  }

  #array(type: NameSyntax, space: 'buffer' | 'workgroup'): Measured | undefined {
    if (type.name !== 'array') return undefined
    const [element, length] = type.parameters
    if (element?.kind !== 'name') throw this.#refusal(type, 'An array lacks the type of its elements.')
    const { layout, leaves, depth } = this.#measure(element, space)
    const count = length && this.#constants.count(length, 'The length of an array', 1)
    const stride = strideOf(layout)
    const array: ArrayLayout = {
      kind: 'array',
      element: layout,
      count,
      stride,
      bytes: stride * (count ?? 1),
      align: layout.align,
    }
    return { layout: array, leaves, depth: depth + 1 }
  }

  #struct(declaration: StructDeclaration, type: NameSyntax, space: 'buffer' | 'workgroup'): Measured {
    const { name } = declaration
    const key = `${space} ${name}`
    const known = this.#named.get(key)
    if (known) return known
    if (this.#underway.has(name)) throw this.#refusal(type, `The structure "${name}" holds itself.`)
    if (declaration.members.length === 0)
      throw this.#refusal(declaration, `The structure "${name}" is empty.`)
    this.#underway.add(name)
    const members = declaration.members.map((member) => this.#measure(member.type, space))
    this.#underway.delete(name)
    const measured = {
      layout: this.#place(declaration, members),
      leaves: members.reduce((sum, { leaves }) => sum + leaves, 0),
      depth: 1 + Math.max(...members.map(({ depth }) => depth)),
    }
    this.#named.set(key, measured)
    return measured
  }

  #place({ name, members }: StructDeclaration, measured: readonly Measured[]): StructLayout {
    const fields: FieldLayout[] = []
    let end = 0
    let align = 1
    for (const [index, member] of members.entries()) {
      const layout = measured[index]?.layout
      if (!layout) continue
      const memberAlign = this.#attribute(member, 'align') ?? layout.align
      const bytes = this.#attribute(member, 'size') ?? layout.bytes
      if (!Number.isInteger(Math.log2(memberAlign)) || memberAlign < layout.align)
        throw this.#refusal(member, `@align must be a power of two, and here at least ${layout.align}.`)
      if (bytes < layout.bytes)
        throw this.#refusal(member, `"${member.name}" needs ${layout.bytes} bytes, more than its @size.`)
      const offset = roundUp(end, memberAlign)
      fields.push({ name: member.name, offset, type: layout })
      end = offset + bytes
      align = Math.max(align, memberAlign)
    }
    return { kind: 'struct', name, fields, bytes: roundUp(end, align), align }
  }

  #attribute(member: Member, name: 'align' | 'size'): number | undefined {
    const operand = member.attributes.find((attribute) => attribute.name === name)?.operands[0]
    return operand && this.#constants.count(operand, `@${name}`, 1)
  }
}

function scalarLayout(scalar: ScalarName): TypeLayout {
  return { kind: 'scalar', scalar, bytes: scalarBytes[scalar], align: scalarBytes[scalar] }
}

function vectorLayout(width: 2 | 3 | 4, scalar: ScalarName): TypeLayout {
  const bytes = width * scalarBytes[scalar]
  return { kind: 'vector', width, scalar, bytes, align: vectorAlign(width, scalar) }
}

function matrixLayout(columns: 2 | 3 | 4, rows: 2 | 3 | 4, scalar: 'f32' | 'f16'): TypeLayout {
  const columnStride = vectorAlign(rows, scalar)
  return {
    kind: 'matrix',
    columns,
    rows,
    columnStride,
    scalar,
    bytes: columns * columnStride,
    align: columnStride,
  }
}

/** Three components are aligned as four. */
function vectorAlign(width: 2 | 3 | 4, scalar: ScalarName): number {
  return (width === 2 ? 2 : 4) * scalarBytes[scalar]
}

function toWidth(digit: string | undefined): 2 | 3 | 4 {
  return digit === '2' ? 2 : digit === '3' ? 3 : 4
}

function strideOf(element: TypeLayout): number {
  return roundUp(element.bytes, element.align)
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
