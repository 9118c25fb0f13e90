import { isScratch, type CompleteManifest } from '#protocol/complete-manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Reflection, TypeLayout } from '#protocol/wgsl/reflection.ts'
import type { ResourceUse } from './job-program.ts'
import { parseUniform, type UniformProgram } from './uniform-program.ts'

/**
 * The manifest's uniforms, laid out as the variables have them to which they are bound.
 *
 * @throws {Refusal} `expressionInvalid`, or `manifestInvalid` for one that is bound to variables of unlike types.
 */
export function uniformProgramsOf(
  manifest: CompleteManifest,
  uses: ReadonlyMap<string, ResourceUse>,
  reflection: Reflection,
): Map<string, UniformProgram> {
  const programs = new Map<string, UniformProgram>()
  const parameters = Object.keys(manifest.parameters)
  for (const [name, buffer] of Object.entries(manifest.buffers)) {
    if (isScratch(buffer) || !('uniform' in buffer)) continue
    const type = typeOf(name, uses.get(name)) ?? typeByName(name, reflection)
    programs.set(name, parseUniform(name, buffer.uniform, type, parameters))
  }
  return programs
}

function typeOf(name: string, use: ResourceUse | undefined): TypeLayout | undefined {
  const types = [...(use?.declared ?? [])].flatMap((declared) => ('type' in declared ? [declared.type] : []))
  const [first] = types
  // Structs of one layout under two names are alike.
  const shape = (type: TypeLayout | undefined) =>
    JSON.stringify(type, (key, value: unknown) =>
      key === 'name' && value === structNameOf(type) ? '' : value,
    )
  if (types.some((type) => shape(type) !== shape(first)))
    throw new Refusal('manifestInvalid', `The uniform "${name}" is bound to variables of unlike types.`, {
      where: `buffers.${name}`,
      next: 'Make a uniform for each.',
    })
  return first
}

/** Of a uniform that is bound nowhere: the kernel may declare a variable of its name that nothing reads. */
function typeByName(name: string, { bindings }: Reflection): TypeLayout | undefined {
  const declared = bindings.find((binding) => binding.name === name)
  return declared?.kind === 'uniform' ? declared.type : undefined
}

function structNameOf(type: TypeLayout | undefined): string | undefined {
  return type?.kind === 'struct' ? type.name : undefined
}
