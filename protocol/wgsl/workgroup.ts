import { Refusal } from '../refusal.ts'
import { construct, implicitly, toCount } from './constant-values.ts'
import { refusalAt } from './kernel-text.ts'
import { evaluateSize } from './size-expression.ts'
import type {
  ConstantValue,
  EntryPoint,
  OverrideDeclaration,
  OverrideValues,
  Position,
  Reflection,
} from './reflection.ts'

/**
 * The size of an entry point's workgroups in x, y and z, given the overrides that are set.
 *
 * @throws {Refusal} `kernelInvalid` where an override that matters has neither a value nor a default.
 */
export function workgroupSizeOf(
  reflection: Reflection,
  entry: EntryPoint,
  values: OverrideValues = {},
): [number, number, number] {
  const valueOf = overridesOf(reflection, values)
  const [x = 1, y = 1, z = 1] = entry.workgroupSize.map((size) =>
    toCount(evaluateSize(size, valueOf), 'A workgroup size', 1, entry.position),
  )
  return [x, y, z]
}

/**
 * Bytes of workgroup memory that an entry point uses, counted as WebGPU counts them: each variable in multiples of 16.
 *
 * @throws {Refusal} `kernelInvalid` as `workgroupSizeOf` does.
 */
export function workgroupBytesOf(
  reflection: Reflection,
  entry: EntryPoint,
  values: OverrideValues = {},
): number {
  const valueOf = overridesOf(reflection, values)
  let total = 0
  for (const { bytes, count } of entry.workgroupMemory) {
    const length = toCount(evaluateSize(count, valueOf), 'The length of an array', 1, entry.position)
    total += Math.ceil((bytes * length) / 16) * 16
  }
  return total
}

/** Looks overrides up by name, each evaluated once. */
function overridesOf({ overrides }: Reflection, values: OverrideValues) {
  const declared = new Map(overrides.map((declaration) => [declaration.name, declaration]))
  const known = new Map<string, ConstantValue>()
  const underway = new Set<string>()
  return function valueOf(name: string, position: Position): ConstantValue {
    const found = known.get(name)
    if (found) return found
    const declaration = declared.get(name)
    if (!declaration) throw refusalAt(position, `"${name}" is no override.`)
    if (underway.has(name) || underway.size >= OVERRIDE_CHAIN_MAX)
      throw refusalAt(position, `The override "${name}" depends on itself, or on too many others.`)
    underway.add(name)
    const value = overrideValue(declaration, values, valueOf)
    underway.delete(name)
    known.set(name, value)
    return value
  }
}

const OVERRIDE_CHAIN_MAX = 16

function overrideValue(
  declaration: OverrideDeclaration,
  values: OverrideValues,
  valueOf: (name: string, position: Position) => ConstantValue,
): ConstantValue {
  const { name, position, scalar } = declaration
  const given = Object.hasOwn(values, name) ? values[name] : undefined
  const needsDefault = given === undefined || scalar === undefined
  const usual = needsDefault && declaration.default ? evaluateSize(declaration.default, valueOf) : undefined
  const type = scalar ?? concreteType(usual)
  if (given === undefined) {
    if (!usual) throw noValue(name, position)
    const value = type === undefined || type === 'f16' ? undefined : implicitly(usual, type, position)
    if (value) return value
  } else if (type !== undefined && type !== 'f16') return fromNumber(given, type, name, position)
  throw refusalAt(position, `No size can depend on the override "${name}".`)
}

function concreteType(value: ConstantValue | undefined) {
  if (value?.type === 'abstractInt') return 'i32'
  return value?.type === 'abstractFloat' ? 'f32' : value?.type
}

/** As WebGPU converts a pipeline constant. */
function fromNumber(
  given: number,
  type: 'bool' | 'i32' | 'u32' | 'f32',
  name: string,
  position: Position,
): ConstantValue {
  if (!Number.isFinite(given)) throw refusalAt(position, `The override "${name}" is set to ${given}.`)
  if (type === 'i32' || type === 'u32') {
    const whole: ConstantValue = { type: 'abstractInt', value: BigInt(Math.trunc(given)) }
    return construct(type, whole, position)
  }
  return construct(type, { type: 'abstractFloat', value: given }, position)
}

function noValue(name: string, { line, column }: Position): Refusal {
  return new Refusal('kernelInvalid', `The override "${name}" has no default and was given no value.`, {
    where: `${line}:${column}`,
    next: `Set "${name}" among the overrides.`,
  })
}
