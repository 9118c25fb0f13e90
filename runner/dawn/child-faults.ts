import { unreachable } from '#protocol/assert.ts'
import { Refusal } from '#protocol/refusal.ts'
import { RunnerError } from '../runner-error.ts'
import type { ChildFault } from './child-messages.ts'

/** A load that failed in the parent, as the child meets it. */
export class LoadFailed extends Error {
  readonly load: number

  constructor(load: number) {
    super('The data could not be loaded.')
    this.name = 'LoadFailed'
    this.load = load
  }
}

/** An error as plain data, to cross between processes. */
export function faultOf(error: unknown): ChildFault {
  if (error instanceof Refusal) {
    const { reason, message, where, next } = error
    return { kind: 'refusal', reason, message, where, next }
  }
  if (error instanceof RunnerError) {
    const { code, message, compilerMessages } = error
    return { kind: 'runner', code, message, compilerMessages }
  }
  if (error instanceof LoadFailed) return { kind: 'load', load: error.load }
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) }
}

/**
 * The error again.
 *
 * @param loadErrors what the parent's own loads failed with, by their numbers.
 */
export function errorOf(fault: ChildFault, loadErrors: ReadonlyMap<number, unknown>): unknown {
  switch (fault.kind) {
    case 'refusal':
      return new Refusal(fault.reason, fault.message, {
        ...(fault.where !== undefined && { where: fault.where }),
        ...(fault.next !== undefined && { next: fault.next }),
      })
    case 'runner':
      return new RunnerError(fault.code, fault.message, { compilerMessages: fault.compilerMessages })
    case 'load':
      return loadErrors.get(fault.load)
    case 'other':
      return new Error(fault.message)
    default:
      return unreachable(fault)
  }
}
