import { unreachable } from '#protocol/assert.ts'
import type { Variables } from '#protocol/expression.ts'
import type { UniformValue } from '#protocol/manifest-schema.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { ScalarName, StructLayout, TypeLayout } from '#protocol/wgsl/reflection.ts'
import { parseAmount, type ParsedAmount } from './amount.ts'
import { writeScalar } from './scalar-encoding.ts'

/** A uniform buffer's values, each with its place; worked out anew wherever a variable changes. */
export interface UniformProgram {
  /** The size of the buffer, and of its binding: a multiple of 16 where the type's size is fixed, else of 4. */
  readonly bytes: number
  readonly leaves: readonly UniformLeaf[]
  /** Whether the values change from step to step within a unit. */
  readonly changesWithin: boolean
}

export interface UniformLeaf {
  /** As the manifest's author would name it, e.g. `params.eye.2`. */
  readonly field: string
  readonly offset: number
  readonly scalar: ScalarName
  readonly amount: ParsedAmount
}

/**
 * Lays a uniform's values out as the variable has them to which it is bound.
 *
 * @param type `undefined` where nothing is bound: the values are packed then.
 * @param parameters names of the manifest's parameters; a struct's missing fields of such a name are filled in.
 * @throws {Refusal} `expressionInvalid` naming the field that is missing, unknown or of another form.
 */
export function parseUniform(
  name: string,
  value: UniformValue,
  type: TypeLayout | undefined,
  parameters: readonly string[],
): UniformProgram {
  const reader = new UniformReader(new Set(parameters))
  const packed = isPacked(value, type)
  const bytes = packed
    ? reader.readPacked(value, name)
    : reader.read(type ?? typeWithout(value), value, 0, name)
  const runtimeSized = type !== undefined && isRuntimeSized(type)
  const changesWithin = reader.leaves.some(({ amount }) => [...amount.variables].some(isCounter(parameters)))
  const step = runtimeSized ? 4 : 16
  return { bytes: Math.max(step, Math.ceil(bytes / step) * step), leaves: reader.leaves, changesWithin }
}

/** The bytes of a uniform buffer. @throws {Refusal} `expressionInvalid` for a value that its type cannot hold. */
export function encodeUniform(program: UniformProgram, variables: Variables): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.bytes)
  const view = new DataView(bytes.buffer)
  for (const { field, offset, scalar, amount } of program.leaves)
    writeScalar(view, offset, scalar, amount.valueIn(variables), field)
  return bytes
}

export function isRuntimeSized(type: TypeLayout): boolean {
  if (type.kind === 'array') return type.count === undefined
  const last = type.kind === 'struct' ? type.fields.at(-1) : undefined
  return last !== undefined && isRuntimeSized(last.type)
}

/**
 * Values to be packed stand in an object, where there is no struct to give its fields their places; or where none of
 * the struct's fields is meant, each value saying its own type.
 */
function isPacked(
  value: UniformValue,
  type: TypeLayout | undefined,
): value is Readonly<Record<string, UniformValue>> {
  if (typeof value !== 'object' || Array.isArray(value)) return false
  if (type?.kind !== 'struct') return true
  const entries = Object.entries(value)
  const typed = entries.every(([, part]) => typeof part === 'string' && packedValue.test(part))
  return entries.length > 0 && typed && !type.fields.some(({ name }) => Object.hasOwn(value, name))
}

const packedValue = /^(.*):\s*(u32|i32|f32)\s*$/s

/** Everything that is neither of the unit nor a parameter counts steps. */
const isCounter = (parameters: readonly string[]) => (variable: string) =>
  !variable.startsWith('$unit.') && !parameters.includes(variable.slice(1))

const ofTheUnit: Readonly<Record<string, string>> = {
  unit_begin: '$unit.begin',
  unit_count: '$unit.count',
  unit_index: '$unit.index',
}

class UniformReader {
  readonly leaves: UniformLeaf[] = []
  readonly #parameters: ReadonlySet<string>

  constructor(parameters: ReadonlySet<string>) {
    this.#parameters = parameters
  }

  /** Values `"<expression>:<scalar>"` one after the other. Returns their size in bytes. */
  readPacked(fields: Readonly<Record<string, UniformValue>>, path: string): number {
    Object.entries(fields).forEach(([name, value], index) => {
      const field = `${path}.${name}`
      const match = typeof value === 'string' ? packedValue.exec(value) : null
      if (!match)
        throw refuse(
          field,
          'is to be packed, for it is bound to no struct',
          'Write "<expression>:u32", :i32 or :f32.',
        )
      const amount = parseAmount(match[1] ?? '')
      this.leaves.push({ field, offset: 4 * index, scalar: match[2] as ScalarName, amount })
    })
    return 4 * Object.keys(fields).length
  }

  /** Returns the size in bytes, which of a runtime-sized array follows from its values. */
  read(type: TypeLayout, value: UniformValue, offset: number, path: string): number {
    switch (type.kind) {
      case 'scalar':
      case 'atomic':
        this.#readScalar(type.scalar, value, offset, path)
        return type.bytes
      case 'vector': {
        const bytes = type.scalar === 'f16' ? 2 : 4
        listOf(value, path, type.width).forEach((part, index) => {
          this.#readScalar(type.scalar, part, offset + bytes * index, `${path}.${index}`)
        })
        return type.bytes
      }
      case 'matrix': {
        const list = regrouped(listOf(value, path), type.rows)
        const column = { kind: 'vector', width: type.rows, scalar: type.scalar, bytes: 0, align: 0 } as const
        expectLength(list, type.columns, path)
        list.forEach((part, index) =>
          this.read(column, part, offset + type.columnStride * index, `${path}.${index}`),
        )
        return type.bytes
      }
      case 'array': {
        const width = type.element.kind === 'vector' ? type.element.width : undefined
        const all = listOf(value, path)
        const list = width === undefined ? all : regrouped(all, width)
        if (type.count !== undefined) expectLength(list, type.count, path)
        list.forEach((part, index) =>
          this.read(type.element, part, offset + type.stride * index, `${path}.${index}`),
        )
        return type.stride * list.length
      }
      case 'struct':
        return this.#readStruct(type, value, offset, path)
      default:
        return unreachable(type)
    }
  }

  #readStruct(type: StructLayout, value: UniformValue, offset: number, path: string): number {
    if (typeof value !== 'object' || Array.isArray(value))
      throw refuse(path, `is bound to the struct ${type.name}`, 'Write an object with its fields.')
    const fields = value as Readonly<Record<string, UniformValue>>
    const names = type.fields.map((field) => field.name)
    const unknown = Object.keys(fields).find((name) => !names.includes(name))
    if (unknown !== undefined)
      throw refuse(
        `${path}.${unknown}`,
        `is no field of the struct ${type.name}`,
        `Use: ${names.join(', ')}.`,
      )
    let bytes = type.bytes
    for (const field of type.fields) {
      const given = Object.hasOwn(fields, field.name) ? fields[field.name] : this.#known(field.name)
      const inner = `${path}.${field.name}`
      if (given === undefined) throw refuse(inner, `of the struct ${type.name} has no value`, 'Say it.')
      const end = field.offset + this.read(field.type, given, offset + field.offset, inner)
      if (isRuntimeSized(field.type)) bytes = Math.ceil(end / type.align) * type.align
    }
    return bytes
  }

  #known(field: string): string | undefined {
    return this.#parameters.has(field) ? `$${field}` : ofTheUnit[field]
  }

  #readScalar(scalar: ScalarName, value: UniformValue, offset: number, field: string): void {
    if (typeof value === 'object')
      throw refuse(field, `takes one value of ${scalar}`, 'Write a number or an expression.')
    const suffix = typeof value === 'string' ? /:\s*(\w+)\s*$/.exec(value) : null
    if (suffix && suffix[1] !== scalar)
      throw refuse(field, `is ${scalar} in the kernel, not ${suffix[1] ?? ''}`, 'Leave the type out.')
    const amount = parseAmount(suffix && typeof value === 'string' ? value.slice(0, suffix.index) : value)
    this.leaves.push({ field, offset, scalar, amount })
  }
}

function listOf(value: UniformValue, path: string, length?: number): readonly UniformValue[] {
  if (!Array.isArray(value)) throw refuse(path, 'takes a list', 'Write [ … ].')
  const list = value as readonly UniformValue[]
  if (length !== undefined) expectLength(list, length, path)
  return list
}

function expectLength(list: readonly UniformValue[], length: number, path: string): void {
  if (list.length !== length)
    throw refuse(path, `takes ${length} values, and has ${list.length}`, 'Correct the list.')
}

/** A flat list of numbers as a list of lists. */
function regrouped(list: readonly UniformValue[], size: number): readonly UniformValue[] {
  if (list.some((part) => typeof part === 'object') || list.length % size !== 0) return list
  return Array.from({ length: list.length / size }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  )
}

/** A uniform that is bound nowhere still has to parse. */
function typeWithout(value: UniformValue): TypeLayout {
  const element = { kind: 'scalar', scalar: 'f32', bytes: 4, align: 4 } as const
  return Array.isArray(value)
    ? { kind: 'array', element, count: undefined, stride: 4, bytes: 4, align: 4 }
    : element
}

function refuse(field: string, message: string, next: string): Refusal {
  return new Refusal('expressionInvalid', `The uniform "${field}" ${message}.`, {
    where: `buffers.${field}`,
    next,
  })
}
