import { isConstantFunction } from './constant-functions.ts'
import { implicitly, literalValue, toCount } from './constant-values.ts'
import { Cursor } from './cursor.ts'
import { kernelBounds, refusalAt } from './kernel-text.ts'
import { foldBinary, foldCall, foldUnary } from './size-expression.ts'
import { readExpression, type NameSyntax, type Syntax } from './syntax.ts'
import { Refusal } from '../refusal.ts'
import type { ConstantDeclaration, KernelModule } from './declarations.ts'
import type { ConstantValue, Position, SizeExpression } from './reflection.ts'

/** A vector or an array, of which a size may take one part. */
interface Composite {
  readonly kind: 'composite'
  readonly parts: readonly SizeExpression[]
}
type Folded = SizeExpression | Composite

const wanted = ['bool', 'i32', 'u32', 'f32', 'f16'] as const
type ScalarType = (typeof wanted)[number]

/** Evaluates a module's constants, each once and only when something depends on it. */
export class Constants {
  readonly #module: KernelModule
  readonly #known = new Map<string, Folded>()
  readonly #underway = new Set<string>()

  constructor(module: KernelModule) {
    this.#module = module
  }

  /**
   * An expression with all constants in place: a value, or what is left to do once the overrides are known.
   *
   * @throws {Refusal} `kernelInvalid` where it has no value, or is nothing that a size is made of.
   */
  fold(syntax: Syntax, depth = 0): SizeExpression {
    const folded = this.#fold(syntax, depth)
    if (folded.kind === 'composite') throw refusalAt(this.#at(syntax.begin), 'One number is expected here.')
    return folded
  }

  /** A count that must not depend on overrides: a slot, an alignment, the length of an array. */
  count(syntax: Syntax, what: string, min: number): number {
    const folded = this.fold(syntax)
    const position = this.#at(syntax.begin)
    if (folded.kind !== 'value') throw refusalAt(position, `${what} must not depend on an override.`)
    return toCount(folded.value, what, min, position)
  }

  /** The initialiser of an override; one that cannot be evaluated matters only if a size depends on it. */
  defaultOf(declaration: ConstantDeclaration): SizeExpression | undefined {
    if (!declaration.initialiser) return undefined
    try {
      return this.fold(this.#read(declaration))
    } catch (error) {
      const position = this.#at(declaration.begin)
      if (!(error instanceof Refusal)) throw error
      return { kind: 'opaque', why: error.message, position }
    }
  }

  /** The scalar that a type names, through aliases; `undefined` for any other. */
  scalarOf(type: NameSyntax): ScalarType | undefined {
    const { name } = this.#resolve(type)
    return this.#module.declarations.has(name) ? undefined : wanted.find((scalar) => scalar === name)
  }

  #at(begin: number): Position {
    return this.#module.tokens.text.positionOf(begin)
  }

  #fold(syntax: Syntax, depth: number): Folded {
    const position = this.#at(syntax.begin)
    if (depth > kernelBounds.evaluationDepthMax)
      throw refusalAt(position, 'This constant is made in too many steps.')
    const inner = (part: Syntax) => this.fold(part, depth + 1)
    switch (syntax.kind) {
      case 'number':
        return { kind: 'value', value: literalValue(syntax.text, position) }
      case 'name':
        return this.#named(syntax, depth, position)
      case 'unary':
        return foldUnary(syntax.operator, inner(syntax.operand), position)
      case 'binary':
        return foldBinary(syntax.operator, inner(syntax.left), () => inner(syntax.right), position)
      case 'call':
        return this.#call(syntax.callee, syntax.operands, depth, position)
      case 'member':
        return part(this.#fold(syntax.of, depth + 1), componentOf(syntax.name), position)
      case 'element': {
        const at = inner(syntax.at)
        const index = at.kind === 'value' ? toCount(at.value, 'An index', 0, position) : undefined
        return part(this.#fold(syntax.of, depth + 1), index, position)
      }
    }
  }

  #named(syntax: NameSyntax, depth: number, position: Position): Folded {
    const { name } = syntax
    const declaration = this.#module.declarations.get(name)
    if (declaration?.kind === 'override') return { kind: 'override', name, position }
    if (declaration?.kind === 'const') return this.#constant(declaration, depth, position)
    if (!declaration && (name === 'true' || name === 'false'))
      return { kind: 'value', value: { type: 'bool', value: name === 'true' } }
    throw refusalAt(position, declaration ? `"${name}" is no constant.` : `"${name}" is not declared.`)
  }

  #constant(declaration: ConstantDeclaration, depth: number, position: Position): Folded {
    const { name, type } = declaration
    const known = this.#known.get(name)
    if (known) return known
    if (this.#underway.has(name)) throw refusalAt(position, `"${name}" depends on itself.`)
    this.#underway.add(name)
    try {
      const value = this.#fold(this.#read(declaration), depth + 1)
      const scalar = type && this.scalarOf(type)
      const folded = scalar && value.kind === 'value' ? convert(value.value, scalar, position) : value
      const parts = folded.kind === 'composite' ? folded.parts : [folded]
      if (!parts.every(({ kind }) => kind === 'value'))
        throw refusalAt(position, `The constant "${name}" depends on an override.`)
      this.#known.set(name, folded)
      return folded
    } finally {
      this.#underway.delete(name)
    }
  }

  #read({ name, begin, initialiser }: ConstantDeclaration): Syntax {
    if (!initialiser) throw refusalAt(this.#at(begin), `The constant "${name}" has no value.`)
    const cursor = new Cursor(this.#module.tokens, initialiser.token)
    const syntax = readExpression(cursor)
    if (!cursor.sees(';')) throw cursor.refusal('expected ";"')
    return syntax
  }

  /** Through aliases to the type they stand for. */
  #resolve(type: NameSyntax): NameSyntax {
    let resolved = type
    for (let step = 0; step < kernelBounds.typeDepthMax; step += 1) {
      const declaration = this.#module.declarations.get(resolved.name)
      if (declaration?.kind !== 'alias') return resolved
      resolved = declaration.type
    }
    return resolved
  }

  #call(callee: NameSyntax, operands: readonly Syntax[], depth: number, position: Position): Folded {
    const target = this.#resolve(callee)
    const isOwn = this.#module.declarations.has(target.name)
    const parts = operands.map((operand) => this.#fold(operand, depth + 1))
    const width = isOwn ? undefined : compositeWidth(target)
    if (width !== undefined) return this.#composite(target, width, parts, position)
    const scalars = parts.filter((folded) => folded.kind !== 'composite')
    if (isOwn || !isConstantFunction(target.name) || scalars.length < parts.length)
      throw refusalAt(position, `A size cannot be made with "${target.name}".`)
    return foldCall(target.name, scalars, position)
  }

  #composite(type: NameSyntax, width: number, parts: readonly Folded[], position: Position): Composite {
    const flat = parts.flatMap((folded) => (folded.kind === 'composite' ? folded.parts : [folded]))
    const [inner] = type.parameters
    const suffix = { f: 'f32', i: 'i32', u: 'u32' }[type.name.slice(4)]
    const scalar =
      wanted.find((name) => name === suffix) ?? (inner?.kind === 'name' ? this.scalarOf(inner) : undefined)
    const typed = flat.map((value) =>
      scalar && value.kind === 'value' ? convert(value.value, scalar, position) : value,
    )
    const [first] = typed
    const isSplat = typed.length === 1 && first && width > 1
    return { kind: 'composite', parts: isSplat ? Array<SizeExpression>(width).fill(first) : typed }
  }
}

function compositeWidth({ name }: NameSyntax): number | undefined {
  if (name === 'array') return 0
  return /^vec[234][fiu]?$/.test(name) ? Number(name[3]) : undefined
}

function convert(value: ConstantValue, scalar: ScalarType, position: Position): SizeExpression {
  const converted = scalar === 'f16' ? undefined : implicitly(value, scalar, position)
  if (!converted) throw refusalAt(position, `A constant of the type ${value.type} is no ${scalar}.`)
  return { kind: 'value', value: converted }
}

function part(folded: Folded, index: number | undefined, position: Position): SizeExpression {
  const found = folded.kind === 'composite' && index !== undefined ? folded.parts[index] : undefined
  if (!found) throw refusalAt(position, 'A size cannot be made of this part of a constant.')
  return found
}

function componentOf(name: string): number | undefined {
  const index = name.length === 1 ? Math.max('xyzw'.indexOf(name), 'rgba'.indexOf(name)) : -1
  return index < 0 ? undefined : index
}
