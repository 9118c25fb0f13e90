import { elementBytes } from '#protocol/elements.ts'
import type { ArrayPlan } from '#protocol/manifest.ts'
import { collectInvalid, type UnitLayout } from '#client/sdk/collect/unit-layout.ts'

/** An array in NumPy's sense, row by row, little-endian. */
export interface NumberArray {
  readonly type: ArrayPlan['type']
  readonly shape: readonly number[]
}

/** NumPy's names; a single byte has no order. */
const descriptions: Record<ArrayPlan['type'], string> = {
  f32: '<f4',
  f16: '<f2',
  i32: '<i4',
  u32: '<u4',
  i16: '<i2',
  u16: '<u2',
  u8: '|u1',
  i8: '|i1',
}
/** Lets the data that follows be mapped into memory. */
const headerAlignment = 64

/**
 * The whole array's type and shape. Without `shape` it has one dimension; a first number of -1 is whatever is left.
 *
 * @param bytesTotal of all that is collected.
 * @throws {MaskError} `manifestInvalid` when the shape holds another number of elements.
 */
export function arrayOf({ type, shape = [-1] }: ArrayPlan, bytesTotal: number): NumberArray {
  const elements = bytesTotal / elementBytes[type]
  const [first = -1, ...rest] = shape
  if (rest.includes(-1))
    throw collectInvalid('collect.shape', 'only the first number may be left open', 'Say the others.')
  const others = rest.reduce((product, length) => product * length, 1)
  const length = first === -1 ? elements / others : first
  if (length * others === elements && Number.isSafeInteger(length)) return { type, shape: [length, ...rest] }
  throw collectInvalid(
    'collect.shape',
    `[${shape.join(', ')}] in ${type} does not hold the ${bytesTotal} bytes of all units`,
    'Correct the shape, the type or the sizes of the results.',
  )
}

/** @throws {MaskError} `manifestInvalid` */
export function checkArray(plan: ArrayPlan, layout: UnitLayout): void {
  arrayOf(plan, layout.bytesTotal)
}

/**
 * What stands before the data in an NPY file (format 1.0 of numpy.lib.format): magic, version, the length of the
 * dictionary, the dictionary as a Python literal filled up with spaces.
 */
export function npyHeaderOf({ type, shape }: NumberArray): Uint8Array<ArrayBuffer> {
  const lengths = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ')
  const dictionary = `{'descr': '${descriptions[type]}', 'fortran_order': False, 'shape': (${lengths}), }`
  const preamble = 10
  const total = headerAlignment * Math.ceil((preamble + dictionary.length + 1) / headerAlignment)
  const text = `${dictionary.padEnd(total - preamble - 1)}\n`
  const header = new Uint8Array(total)
  header.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length & 0xff, text.length >> 8])
  header.set(new TextEncoder().encode(text), preamble)
  return header
}
