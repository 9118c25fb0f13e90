import fc from 'fast-check'

/** Types that can lie in a buffer, as WGSL text; structures come with their declarations. */
export interface RandomType {
  readonly text: string
  /** Declarations of structures, inner ones first. */
  readonly structs: readonly RandomStruct[]
  readonly hasAtomic: boolean
  /** How many types lie inside one another. */
  readonly depth: number
}

export interface RandomStruct {
  readonly name: string
  readonly fields: readonly {
    readonly name: string
    readonly attributes: string
    readonly type: RandomType
  }[]
}

const plain = fc
  .constantFrom(
    ...[
      'f32',
      'i32',
      'u32',
      'f16',
      'vec2f',
      'vec3f',
      'vec4<f32>',
      'vec2<u32>',
      'vec3i',
      'vec4u',
      'vec2h',
      'vec3<f16>',
    ],
    ...[
      'vec4h',
      'mat2x2f',
      'mat2x3<f32>',
      'mat2x4f',
      'mat3x2f',
      'mat3x3<f32>',
      'mat3x4f',
      'mat4x2f',
      'mat4x3f',
    ],
    ...[
      'mat4x4<f32>',
      'mat2x2h',
      'mat2x3h',
      'mat2x4h',
      'mat3x2h',
      'mat3x3h',
      'mat3x4<f16>',
      'mat4x2h',
      'mat4x3h',
    ],
    'mat4x4h',
  )
  .map((text): RandomType => ({ text, structs: [], hasAtomic: false, depth: 1 }))
const atomic = fc
  .constantFrom('atomic<u32>', 'atomic<i32>')
  .map((text): RandomType => ({ text, structs: [], hasAtomic: true, depth: 1 }))

/** Types of a fixed size, up to a few levels deep. Structures get the name they are given in the end: see `render`. */
export const fixedType: fc.Arbitrary<RandomType> = fc.letrec<{
  type: RandomType
  array: RandomType
  struct: RandomType
}>((tie) => ({
  type: fc.oneof({ maxDepth: 3, depthSize: 'small' }, plain, plain, atomic, tie('array'), tie('struct')),
  array: fc.tuple(tie('type'), fc.integer({ min: 1, max: 5 })).map(([element, count]) => ({
    ...element,
    text: `array<${element.text}, ${count}>`,
    depth: element.depth + 1,
  })),
  struct: fc.array(fieldOf(tie('type')), { minLength: 1, maxLength: 5 }).map(structOf),
})).type

/** A structure, perhaps one that ends in a runtime-sized array. */
export const structType: fc.Arbitrary<RandomType> = fc
  .tuple(
    fc.array(fieldOf(fixedType), { minLength: 1, maxLength: 6 }),
    fc.option(fixedType, { nil: undefined }),
  )
  .map(([fields, tail]) => structOf(tail ? [...fields, [arrayOf(tail), '']] : fields))

function arrayOf(element: RandomType): RandomType {
  return { ...element, text: `array<${element.text}>`, depth: element.depth + 1 }
}

/** WGSL wants an alignment to be a multiple of the type's own, and a size to be enough: these always are. */
function fieldOf(type: fc.Arbitrary<RandomType>): fc.Arbitrary<readonly [RandomType, string]> {
  const any = ['', '', '', '@align(64) ']
  const plainOnly = ['@size(128) ', '@align(64) @size(192) ', '@size(66) ']
  return type.chain((chosen) => {
    const choices = chosen.depth === 1 ? [...any, ...plainOnly] : any
    return fc.constantFrom(...choices).map((attributes) => [chosen, attributes] as const)
  })
}

function structOf(fields: readonly (readonly [RandomType, string])[]): RandomType {
  const inner = fields.flatMap(([type]) => type.structs)
  const body = fields.map(([type, attribute], index) => ({ name: `f${index}`, attributes: attribute, type }))
  const key = body.map((field) => `${field.attributes}${field.type.text}`).join('_')
  const name = `S${inner.length}_${hash(key)}`
  return {
    text: name,
    structs: [...inner, { name, fields: body }],
    hasAtomic: fields.some(([type]) => type.hasAtomic),
    depth: 1 + Math.max(...fields.map(([type]) => type.depth)),
  }
}

/** A short name for a structure's text (FNV-1a). */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return value.toString(36)
}

/** Declarations of structures, each once. */
export function declare(structs: readonly RandomStruct[]): string {
  const byName = new Map(structs.map((struct) => [struct.name, struct]))
  return Array.from(byName.values(), ({ name, fields }) => {
    const lines = fields.map((field) => `  ${field.attributes}${field.name}: ${field.type.text},`)
    return `struct ${name} {\n${lines.join('\n')}\n}`
  }).join('\n')
}
