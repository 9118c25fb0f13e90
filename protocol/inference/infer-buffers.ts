import { isScratch } from '../complete-manifest.ts'
import type { UniformValue } from '../manifest-schema.ts'
import type { BufferBinding, StructLayout, TypeLayout } from '../wgsl/reflection.ts'
import { note, refuse, type Draft } from './draft.ts'

const unitFields: Readonly<Record<string, string>> = {
  unit_begin: '$unit.begin',
  unit_count: '$unit.count',
  unit_index: '$unit.index',
}

/** Fills in what a binding's type says of the buffer at it: a size, or the fields of its values. */
export function inferBuffer(draft: Draft, name: string, binding: BufferBinding, where: string): void {
  const buffer = draft.manifest.buffers[name]
  if (!buffer) return
  if (isScratch(buffer)) {
    if (binding.kind === 'storage' && buffer.bytes === undefined) {
      const bytes = bytesOfInit(draft, buffer.init, binding) ?? bytesOf(binding.type)
      draft.manifest.buffers = { ...draft.manifest.buffers, [name]: { ...buffer, bytes } }
      note(draft, `buffers.${name}.bytes`, `${bytes}`)
    }
  } else if ('uniform' in buffer) {
    if (binding.kind === 'storage' && binding.access === 'read_write')
      throw refuse(
        where,
        `the kernel writes to ${binding.name} (line ${binding.position.line}), and "${name}" is a uniform`,
        'Give it "bytes", and "init": "input:…" if it starts with something.',
      )
    const uniform = completeValue(draft, buffer.uniform, binding.type, `buffers.${name}.uniform`)
    draft.manifest.buffers = { ...draft.manifest.buffers, [name]: { uniform } }
  } else checkInputSize(draft, name, buffer.from.slice('input:'.length), binding)
}

/** What starts as an input is as large as the input, where the kernel leaves it open. */
function bytesOfInit({ facts }: Draft, init: string | undefined, binding: BufferBinding): number | undefined {
  const bytes = init === undefined ? undefined : facts.inputBytes.get(init.slice('input:'.length))
  if (bytes === undefined || !isOpen(binding.type)) return undefined
  return Math.ceil(Math.max(bytes, binding.bytesMin) / 4) * 4
}

/** Whether a type ends in an array of any length. */
function isOpen(type: TypeLayout): boolean {
  if (type.kind === 'array') return type.count === undefined
  const last = type.kind === 'struct' ? type.fields.at(-1) : undefined
  return last?.type.kind === 'array' && last.type.count === undefined
}

/** The size a type fixes; a runtime-sized array has an element for each position of the unit. */
function bytesOf(type: TypeLayout): number | string {
  if (type.kind === 'array' && type.count === undefined) return `${type.stride}*$unit.count`
  const last = type.kind === 'struct' ? type.fields.at(-1) : undefined
  if (last?.type.kind === 'array' && last.type.count === undefined)
    return `ceil((${last.offset}+${last.type.stride}*$unit.count)/${type.align})*${type.align}`
  return Math.ceil(type.bytes / 4) * 4
}

/** Fields that are not said: a parameter of that name, or the unit's span. */
function completeValue(draft: Draft, value: UniformValue, type: TypeLayout, where: string): UniformValue {
  if (type.kind !== 'struct' || !isObject(value)) return value
  if (isPacked(value, type)) return value
  for (const field of Object.keys(value))
    if (!type.fields.some(({ name }) => name === field))
      throw refuse(
        `${where}.${field}`,
        `the kernel's struct ${type.name} has no field "${field}"`,
        `It has: ${type.fields.map(({ name }) => name).join(', ')}.`,
      )
  return Object.fromEntries(
    type.fields.map(({ name, type: fieldType }) => {
      const said = Object.hasOwn(value, name) ? value[name] : undefined
      if (said !== undefined) return [name, completeValue(draft, said, fieldType, `${where}.${name}`)]
      return [name, fieldByName(draft, name, fieldType, where)]
    }),
  )
}

/** `"<expression>:u32"` for every field, and no field of the struct: packed in order, whatever the names. */
function isPacked(value: Readonly<Record<string, UniformValue>>, type: StructLayout): boolean {
  const entries = Object.entries(value)
  return (
    entries.length > 0 &&
    entries.every(([, part]) => typeof part === 'string' && /:(u32|i32|f32)$/.test(part)) &&
    !entries.some(([field]) => type.fields.some(({ name }) => name === field))
  )
}

function fieldByName(draft: Draft, name: string, type: TypeLayout, where: string): UniformValue {
  const found = valueByName(draft, name)
  if (found !== undefined && type.kind === 'scalar') {
    note(draft, `${where}.${name}`, found)
    return found
  }
  // What only fills a gap in the layout has no meaning to anybody.
  if (/^_*pad(ding)?_?\d*$|^_/.test(name)) {
    note(draft, `${where}.${name}`, 'zero: padding')
    return zeroOf(type)
  }
  throw refuse(
    `${where}.${name}`,
    `the kernel's field "${name}" has no value`,
    'Say it, or name a parameter so.',
  )
}

/** A value that its name alone explains: a parameter, a column of the list, or the unit's span. */
export function valueByName({ manifest }: Draft, name: string): string | undefined {
  const columns = 'list' in manifest.units ? (manifest.units.columns ?? []) : []
  if (Object.hasOwn(manifest.parameters, name)) return `$${name}`
  if (columns.includes(name)) return `$unit.${name}`
  return Object.hasOwn(unitFields, name) ? unitFields[name] : undefined
}

function zeroOf(type: TypeLayout): UniformValue {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return 0
    case 'vector':
      return new Array<number>(type.width).fill(0)
    case 'matrix':
      return new Array<number>(type.columns * type.rows).fill(0)
    case 'array':
      return Array.from({ length: type.count ?? 0 }, () => zeroOf(type.element))
    case 'struct':
      return Object.fromEntries(type.fields.map((field) => [field.name, zeroOf(field.type)]))
  }
}

function isObject(value: UniformValue): value is Readonly<Record<string, UniformValue>> {
  return typeof value === 'object' && !Array.isArray(value)
}

function checkInputSize(draft: Draft, name: string, input: string, binding: BufferBinding): void {
  const plan = draft.manifest.inputs[input]
  const bytes = draft.facts.inputBytes.get(input)
  const sliced = plan !== undefined && typeof plan !== 'string' && plan.slice !== undefined
  if (bytes === undefined || sliced || bytes >= binding.bytesMin) return
  throw refuse(
    `buffers.${name}`,
    `the input "${input}" has ${bytes} bytes, the kernel's ${binding.name} (line ${binding.position.line}) needs ${binding.bytesMin}`,
    'Check the file, or the declaration.',
  )
}
