import { Constants } from './constants.ts'
import { entryPointsOf } from './entry-points.ts'
import { KernelText } from './kernel-text.ts'
import { Layouts } from './layouts.ts'
import { readModule } from './read-module.ts'
import { Resources } from './resources.ts'
import type { ConstantDeclaration } from './declarations.ts'
import type { OverrideDeclaration, Reflection } from './reflection.ts'

/** Names that code added to a kernel uses; where the kernel redefines one, nothing can be added. */
const languageNames = ['u32', 'vec3', 'atomic', 'atomicMax', 'uniform', 'storage', 'read_write', 'private']

/**
 * Reads what a kernel says about itself at module scope: bindings, entry points, overrides. It is no validator, and
 * does not read the bodies of functions; a compiler still has to accept the kernel. Takes time linear in its length.
 *
 * @throws {Refusal} `kernelInvalid` with `line:column` for a text out of bounds, one that is not WGSL at module scope,
 *   and one that only native implementations accept.
 */
export function reflect(source: string): Reflection {
  const module = readModule(new KernelText(source))
  const constants = new Constants(module)
  const layouts = new Layouts(module, constants)
  const resources = new Resources(module, constants, layouts)
  const declarations = [...module.declarations.values()]
  const bindings = declarations.flatMap((each) => (each.kind === 'var' ? (resources.of(each) ?? []) : []))
  const overrideOf = (declaration: ConstantDeclaration): OverrideDeclaration => {
    const { name, begin, type, attributes } = declaration
    const id = attributes.find((attribute) => attribute.name === 'id')?.operands[0]
    return {
      name,
      id: id && constants.count(id, '@id', 0),
      scalar: type && constants.scalarOf(type),
      hasDefault: declaration.initialiser !== undefined,
      default: constants.defaultOf(declaration),
      position: module.tokens.text.positionOf(begin),
    }
  }
  return {
    enables: [...new Set(module.enables)],
    overrides: declarations.flatMap((each) => (each.kind === 'override' ? [overrideOf(each)] : [])),
    bindings,
    entryPoints: entryPointsOf(module, constants, layouts, bindings),
    redefined: languageNames.filter((name) => module.declarations.has(name)),
  }
}
