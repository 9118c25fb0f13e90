import { kernelBounds } from './kernel-text.ts'
import type { Constants } from './constants.ts'
import type { Attribute, Declaration, FunctionDeclaration, KernelModule, Member } from './declarations.ts'
import type { Layouts } from './layouts.ts'
import { Uses } from './uses.ts'
import type { Refusal } from '../refusal.ts'
import type {
  EntryParameter,
  EntryPoint,
  ResourceBinding,
  SizeExpression,
  Span,
  WorkgroupVariable,
} from './reflection.ts'

/**
 * The compute entry points of a module, with what each one uses.
 *
 * @throws {Refusal} `kernelInvalid` for too many, and for one that WebGPU cannot start.
 */
export function entryPointsOf(
  module: KernelModule,
  constants: Constants,
  layouts: Layouts,
  bindings: readonly ResourceBinding[],
): EntryPoint[] {
  const functions = [...module.declarations.values()].filter(isComputeEntry)
  const extra = functions[kernelBounds.entryPointsMax]
  if (extra)
    throw module.tokens.text.refusal(
      extra.begin,
      `A kernel has at most ${kernelBounds.entryPointsMax} entry points.`,
    )
  const uses = new Uses(module)
  const memory = workgroupMemoryOf(module, constants, layouts)
  return functions.map((entry) => {
    const { parameters, attributes } = readParameters(module, layouts, entry)
    const { declarations, ...facts } = uses.from(entry)
    const variables = new Set(declarations.flatMap(({ kind, name }) => (kind === 'var' ? [name] : [])))
    const size = readWorkgroupSize(module, constants, entry)
    return {
      name: entry.name,
      position: module.tokens.text.positionOf(entry.begin),
      parameters,
      builtins: parameters.flatMap((part) => (part.kind === 'builtin' ? [part.builtin] : part.builtins)),
      bindings: bindings.filter(({ name }) => variables.has(name)),
      overrides: declarations.filter(({ kind }) => kind === 'override').map(({ name }) => name),
      ...facts,
      workgroupSize: size.expressions,
      workgroupMemory: declarations.flatMap(({ name }) => memory(name) ?? []),
      workgroupSizeText: size.text,
      attributes: [...size.attributes, ...attributes],
    }
  })
}

/** Functions that are compute entry points. */
export function isComputeEntry(declaration: Declaration): declaration is FunctionDeclaration {
  return declaration.kind === 'fn' && declaration.attributes.some(({ name }) => name === 'compute')
}

function readWorkgroupSize(module: KernelModule, constants: Constants, entry: FunctionDeclaration) {
  const compute = entry.attributes.find(({ name }) => name === 'compute')
  const size = entry.attributes.find(({ name }) => name === 'workgroup_size')
  if (!compute || !size || size.operands.length < 1 || size.operands.length > 3)
    throw module.tokens.text.refusal(
      entry.begin,
      `"${entry.name}" needs a @workgroup_size of one to three numbers.`,
    )
  return {
    expressions: size.operands.map((operand) => constants.fold(operand)),
    text: size.inside,
    attributes: [compute.span, size.span],
  }
}

function readParameters(module: KernelModule, layouts: Layouts, entry: FunctionDeclaration) {
  const attributes: Span[] = []
  if (entry.returns)
    throw module.tokens.text.refusal(entry.begin, `The entry point "${entry.name}" returns a value.`)
  const parameters = entry.parameters.map((parameter): EntryParameter => {
    const builtin = builtinOf(parameter)
    if (builtin) {
      attributes.push(builtin.attribute.span)
      return { kind: 'builtin', builtin: builtin.name }
    }
    const declaration = module.declarations.get(layouts.resolve(parameter.type).name)
    if (declaration?.kind !== 'struct') throw notBuiltin(module, parameter)
    const builtins = declaration.members.map((member) => {
      const inner = builtinOf(member)
      if (!inner) throw notBuiltin(module, member)
      return inner.name
    })
    return { kind: 'struct', name: parameter.type.name, builtins }
  })
  return { parameters, attributes }
}

function builtinOf({ attributes }: Member): { name: string; attribute: Attribute } | undefined {
  const attribute = attributes.find(({ name }) => name === 'builtin')
  const operand = attribute?.operands[0]
  return attribute && operand?.kind === 'name' ? { name: operand.name, attribute } : undefined
}

function notBuiltin(module: KernelModule, { name, begin }: Member): Refusal {
  return module.tokens.text.refusal(
    begin,
    `A compute entry point receives built-in values only, and "${name}" is none.`,
    'Read everything else from a buffer.',
  )
}

/** Lays out a workgroup variable when an entry point turns out to use it. */
function workgroupMemoryOf(module: KernelModule, constants: Constants, layouts: Layouts) {
  const known = new Map<string, WorkgroupVariable>()
  const one: SizeExpression = { kind: 'value', value: { type: 'u32', value: 1n } }
  return (name: string): WorkgroupVariable | undefined => {
    const declaration = module.declarations.get(name)
    if (declaration?.kind !== 'var' || declaration.space[0] !== 'workgroup' || !declaration.type)
      return undefined
    const found = known.get(name)
    if (found) return found
    const { bytes, count } = layouts.inWorkgroup(declaration.type)
    const variable = { name, bytes, count: count ? constants.fold(count) : one }
    known.set(name, variable)
    return variable
  }
}
