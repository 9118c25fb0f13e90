/**
 * What a kernel's text says about itself: all that a runner needs to lay out memory, bind, tile and dispatch it.
 * Plain data throughout, so that it survives `structuredClone` between threads.
 */
export interface Reflection {
  /** Extensions that the kernel enables, e.g. `f16`, `subgroups`. */
  readonly enables: readonly string[]
  readonly overrides: readonly OverrideDeclaration[]
  readonly bindings: readonly ResourceBinding[]
  /** Compute entry points only, in the order of the text. */
  readonly entryPoints: readonly EntryPoint[]
  /** Names of the language (e.g. `u32`) to which the kernel gives a meaning of its own. */
  readonly redefined: readonly string[]
}

/** Where something stands in the text. Both count from 1; a column is a UTF-16 unit. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A stretch of the text in UTF-16 units, without its end. */
export interface Span {
  readonly begin: number
  readonly end: number
}

export interface OverrideDeclaration {
  readonly name: string
  /** From `@id`. Such an override is set by its number and not by its name. */
  readonly id: number | undefined
  /** `undefined` where the type follows from the default. */
  readonly scalar: 'bool' | ScalarName | undefined
  readonly hasDefault: boolean
  readonly default: SizeExpression | undefined
  readonly position: Position
}

export type ResourceBinding =
  BufferBinding | TextureBinding | StorageTextureBinding | SamplerBinding | ExternalTextureBinding

interface Slot {
  readonly group: number
  readonly binding: number
  readonly name: string
  readonly position: Position
}

/** `bytesMin` is WebGPU's `minBindingSize`: a runtime-sized array counts one element. */
export type BufferBinding = Slot & { readonly type: TypeLayout; readonly bytesMin: number } & (
    { readonly kind: 'uniform' } | { readonly kind: 'storage'; readonly access: 'read' | 'read_write' }
  )

export type TextureDimension = '1d' | '2d' | '2d-array' | '3d' | 'cube' | 'cube-array'

export interface TextureBinding extends Slot {
  readonly kind: 'texture'
  readonly dimension: TextureDimension
  readonly sample: 'f32' | 'i32' | 'u32' | 'depth'
  readonly multisampled: boolean
}

export interface StorageTextureBinding extends Slot {
  readonly kind: 'storageTexture'
  readonly dimension: '1d' | '2d' | '2d-array' | '3d'
  /** A texel format as WGSL and WebGPU both spell it, e.g. `rgba8unorm`. */
  readonly format: string
  readonly access: 'read' | 'write' | 'read_write'
}

export interface SamplerBinding extends Slot {
  readonly kind: 'sampler'
  readonly comparison: boolean
}

export interface ExternalTextureBinding extends Slot {
  readonly kind: 'externalTexture'
}

export type ScalarName = 'f32' | 'i32' | 'u32' | 'f16'

/** A type as it lies in a buffer, by the layout rules of WGSL (Memory Layout). All lengths are bytes. */
export type TypeLayout =
  ScalarLayout | AtomicLayout | VectorLayout | MatrixLayout | ArrayLayout | StructLayout

interface Extent {
  /** A runtime-sized array, or a structure that ends in one, counts one element. */
  readonly bytes: number
  readonly align: number
}

export interface ScalarLayout extends Extent {
  readonly kind: 'scalar'
  readonly scalar: ScalarName
}

export interface AtomicLayout extends Extent {
  readonly kind: 'atomic'
  readonly scalar: 'i32' | 'u32'
}

export interface VectorLayout extends Extent {
  readonly kind: 'vector'
  readonly width: 2 | 3 | 4
  readonly scalar: ScalarName
}

export interface MatrixLayout extends Extent {
  readonly kind: 'matrix'
  readonly columns: 2 | 3 | 4
  readonly rows: 2 | 3 | 4
  readonly columnStride: number
  readonly scalar: 'f32' | 'f16'
}

export interface ArrayLayout extends Extent {
  readonly kind: 'array'
  readonly element: TypeLayout
  /** `undefined` for a runtime-sized array. */
  readonly count: number | undefined
  readonly stride: number
}

export interface StructLayout extends Extent {
  readonly kind: 'struct'
  readonly name: string
  readonly fields: readonly FieldLayout[]
}

export interface FieldLayout {
  readonly name: string
  readonly offset: number
  readonly type: TypeLayout
}

/** One `@compute` function. What it uses is found by name: a superset, where a local name hides a global one. */
export interface EntryPoint {
  readonly name: string
  readonly position: Position
  readonly parameters: readonly EntryParameter[]
  /** Built-in values that it receives, e.g. `global_invocation_id`. */
  readonly builtins: readonly string[]
  readonly bindings: readonly ResourceBinding[]
  /** Names of the overrides that it uses. */
  readonly overrides: readonly string[]
  readonly hasBarrier: boolean
  readonly hasAtomics: boolean
  readonly hasSubgroups: boolean
  /** How many loops its functions have. With none, it ends. */
  readonly loops: number
  /** One to three sizes; see `workgroupSizeOf`. */
  readonly workgroupSize: readonly SizeExpression[]
  /** The workgroup variables that it uses; see `workgroupBytesOf`. */
  readonly workgroupMemory: readonly WorkgroupVariable[]
  /** The text between the brackets of `@workgroup_size`. */
  readonly workgroupSizeText: Span
  /** The attributes that make the function an entry point, those of its parameters included. */
  readonly attributes: readonly Span[]
}

export type EntryParameter =
  | { readonly kind: 'builtin'; readonly builtin: string }
  /** A structure whose fields are all built-in values, in the order in which its constructor takes them. */
  | { readonly kind: 'struct'; readonly name: string; readonly builtins: readonly string[] }

/** `count` is 1 but for an array whose length follows from overrides. */
export interface WorkgroupVariable {
  readonly name: string
  readonly bytes: number
  readonly count: SizeExpression
}

/** An expression that has its value once the overrides have theirs. Constants are already in place. */
export type SizeExpression =
  | { readonly kind: 'value'; readonly value: ConstantValue }
  | { readonly kind: 'override'; readonly name: string; readonly position: Position }
  | {
      readonly kind: 'unary'
      readonly operator: string
      readonly operand: SizeExpression
      readonly position: Position
    }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: SizeExpression
      readonly right: SizeExpression
      readonly position: Position
    }
  | {
      readonly kind: 'call'
      readonly callee: string
      readonly operands: readonly SizeExpression[]
      readonly position: Position
    }
  /** Legal WGSL perhaps, but nothing that a size is made of; `why` says what. */
  | { readonly kind: 'opaque'; readonly why: string; readonly position: Position }

/** Whole numbers are exact: an abstract one has 64 bits. */
export type ConstantValue =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'abstractInt' | 'i32' | 'u32'; readonly value: bigint }
  | { readonly type: 'abstractFloat' | 'f32'; readonly value: number }

/** Values of overrides by name. For `bool`, anything but 0 is true. */
export type OverrideValues = Readonly<Record<string, number>>
