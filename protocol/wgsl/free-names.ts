import { Refusal } from '../refusal.ts'
import type { Reflection, ResourceBinding } from './reflection.ts'

/** A beginning for names that no name in the kernel has, e.g. `mask_`. */
export function freePrefix(source: string): string {
  const taken = new Set(Array.from(source.matchAll(/mask(\d*)_/g), (match) => match[1]))
  let number = 0
  while (taken.has(number === 0 ? '' : `${number}`)) number += 1
  return number === 0 ? 'mask_' : `mask${number}_`
}

/** Slots that no binding of the kernel has, handed out one by one. */
export class FreeSlots {
  readonly #taken: Set<string>

  constructor(bindings: readonly ResourceBinding[]) {
    this.#taken = new Set(bindings.map(({ group, binding }) => `${group}.${binding}`))
  }

  /** The lowest free slot in the lowest group that these bindings use, so that no further group is needed. */
  takeBeside(bindings: readonly ResourceBinding[]): { group: number; binding: number } {
    const group =
      bindings.length > 0 ? bindings.reduce((low, each) => Math.min(low, each.group), Infinity) : 0
    let binding = 0
    while (this.#taken.has(`${group}.${binding}`)) binding += 1
    this.#taken.add(`${group}.${binding}`)
    return { group, binding }
  }
}

/** @throws {Refusal} `kernelInvalid` where code that is added to the kernel would mean something else. */
export function checkLanguageNames({ redefined }: Reflection): void {
  const [name] = redefined
  if (name === undefined) return
  throw new Refusal('kernelInvalid', `The kernel gives "${name}", a word of WGSL, a meaning of its own.`, {
    next: `Rename "${name}" in the kernel.`,
  })
}
