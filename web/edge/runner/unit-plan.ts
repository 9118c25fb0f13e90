import { unreachable } from '#protocol/assert.ts'
import { evaluateCount, type Variables } from '#protocol/expression.ts'
import { resultBufferOf, unitSpanOf, variablesOf } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import { encodeUniform } from './uniform-encoding.ts'

/** A manifest's expressions worked out for one unit. */
export interface UnitPlan {
  /** Sizes of the `bytes` buffers, rounded up to whole words. */
  readonly bufferBytes: ReadonlyMap<string, number>
  readonly uniforms: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  /** Workgroup counts by pass and dispatch. */
  readonly workgroups: readonly (readonly (readonly [number, number, number])[])[]
  readonly result: { readonly name: string; readonly bytes: number }
}

/**
 * Works out what unit `index` needs.
 *
 * @throws {Refusal} `expressionInvalid`, or `tooLarge` for a result that no message can carry.
 */
export function planUnit(manifest: Manifest, index: number): UnitPlan {
  const span = unitSpanOf(manifest, index)
  const variables = variablesOf(span)
  const bufferBytes = new Map<string, number>()
  const uniforms = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const [name, buffer] of Object.entries(manifest.buffers)) {
    if ('bytes' in buffer) bufferBytes.set(name, wholeWords(evaluateCount(buffer.bytes, variables)))
    else if ('uniform' in buffer) uniforms.set(name, encodeUniform(buffer.uniform, variables))
  }
  const workgroups = manifest.passes.map((pass) =>
    pass.do.map((dispatch) => countsOf(dispatch.workgroups, variables)),
  )
  const result = resultBufferOf(manifest, span)
  if (result.bytes === 0 || result.bytes > limits.resultBytesMax || result.bytes % 4 !== 0)
    throw new Refusal('tooLarge', `The result of unit ${index} has ${result.bytes} bytes.`)
  return { bufferBytes, uniforms, workgroups, result }
}

/** WebGPU binds and copies whole words only, and nothing empty. */
export function wholeWords(bytes: number): number {
  return Math.max(4, Math.ceil(bytes / 4) * 4)
}

function countsOf(expressions: readonly string[], variables: Variables): [number, number, number] {
  const [x, y, z] = expressions.map((expression) => evaluateCount(expression, variables))
  return [x ?? 1, y ?? 1, z ?? 1]
}

/** The kinds of buffer a manifest can declare, told apart once. */
export function bufferKindOf(buffer: Manifest['buffers'][string]): 'input' | 'uniform' | 'scratch' {
  if ('from' in buffer) return 'input'
  if ('uniform' in buffer) return 'uniform'
  if ('bytes' in buffer) return 'scratch'
  return unreachable(buffer)
}
