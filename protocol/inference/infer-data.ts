import { evaluateCount } from '../expression.ts'
import { parametersOf } from '../job-plan.ts'
import type { TexturePlan } from '../manifest-schema.ts'
import { Refusal } from '../refusal.ts'
import { textureFacts } from '../texture-formats.ts'
import { note, refuse, type Draft } from './draft.ts'

/** The long form of inputs, of inputs that come back changed, and of lists. */
export function inferData(draft: Draft): void {
  const { manifest, facts } = draft
  manifest.buffers = Object.fromEntries(
    Object.entries(manifest.buffers).map(([name, plan]) => [
      name,
      'from' in plan && plan.result ? ({ init: plan.from, result: true } as const) : plan,
    ]),
  )
  manifest.inputs = Object.fromEntries(
    Object.entries(manifest.inputs).map(([name, input]) => [
      name,
      typeof input === 'string' ? { file: input } : input,
    ]),
  )
  const { units } = manifest
  if ('list' in units && facts.list) {
    const { columns, rows } = facts.list
    const same = units.columns === undefined || units.columns.join() === columns.join()
    if (!same || (units.count !== undefined && units.count !== rows.length))
      throw refuse('units', `"columns" and "count" do not fit ${units.list}`, 'Leave them out.')
    if (units.columns === undefined || units.count === undefined)
      note(draft, 'units', `${rows.length} rows of ${columns.join(', ')}`)
    manifest.units = { ...units, columns: [...columns], count: rows.length }
  }
}

/** Whether the files are as long as slices and textures need. */
export function checkData(draft: Draft): void {
  const { manifest, facts } = draft
  for (const [name, input] of Object.entries(manifest.inputs)) {
    const bytes = facts.inputBytes.get(name)
    if (bytes === undefined || typeof input === 'string' || !input.slice || !('range' in manifest.units))
      continue
    const need = manifest.units.range[1] * input.slice.stride
    if (bytes < need)
      throw refuse(
        `inputs.${name}`,
        `${input.file} has ${bytes} bytes; slices of ${input.slice.stride} bytes up to position ${manifest.units.range[1]} need ${need}`,
        'Check the stride, the range or the file.',
      )
  }
  for (const [name, texture] of Object.entries(manifest.textures)) checkTextureData(draft, name, texture)
}

function checkTextureData(draft: Draft, name: string, texture: TexturePlan): void {
  const bytes = texture.from === undefined ? undefined : draft.facts.inputBytes.get(texture.from.slice(6))
  if (bytes === undefined) return
  const sides = sidesOf(draft, texture)
  if (!sides) return
  const need = sides.reduce((product, side) => product * side, textureFacts(texture.format).texelBytes)
  if (bytes !== need)
    throw refuse(
      `textures.${name}`,
      `its input has ${bytes} bytes; ${sides.join(' × ')} texels of ${texture.format} have ${need}`,
      'Check size, format and file.',
    )
}

/** The sides, unless they depend on the unit. */
function sidesOf(draft: Draft, texture: TexturePlan): number[] | undefined {
  const parameters = parametersOf(draft.manifest)
  try {
    return texture.size.map((side) => evaluateCount(side, parameters))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
