import type { NumberArray } from '#client/sdk/collect/array.ts'

/**
 * A job's result in one piece. What failed or is not there yet is zero; in an image transparent, in a table left out.
 */
export type Collected =
  | {
      readonly kind: 'image'
      readonly width: number
      readonly height: number
      readonly rgba: Uint8Array<ArrayBuffer>
    }
  | (NumberArray & { readonly kind: 'array'; readonly bytes: Uint8Array<ArrayBuffer> })
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array<ArrayBuffer> }

/** Puts canonical unit results together, in any order. */
export interface Collector {
  /** Takes a unit's result in; its size must be the unit's. */
  add(unit: number, result: Uint8Array): void
  /** The result so far; the same memory at every call. */
  readonly collected: Collected
}

/** `number`: from the author's list, with all the digits of a 64-bit float. */
export interface TableColumn {
  readonly name: string
  readonly type: 'f32' | 'i32' | 'u32' | 'number'
}

/** Rows of numbers, made when they are read. */
export interface Table {
  readonly columns: readonly TableColumn[]
  readonly rowCount: number
  rows(): Generator<readonly number[], void, undefined>
}
