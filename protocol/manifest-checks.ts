import { isScratch, resultNamesOf } from './complete-manifest.ts'
import { checkerOf } from './checker.ts'
import { checkExpression, checkParameters, namesOutsideRepeats } from './manifest-expressions.ts'
import { checkSteps } from './manifest-steps.ts'
import { limits } from './limits.ts'
import { requirableFeatures, requirableLimits } from './device-needs.ts'
import type { Manifest, UniformValue } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

/**
 * What a schema cannot say: that names refer to something, that expressions parse and name what there is, that
 * numbers fit each other. What is left out is not missed here: it may be inferred.
 *
 * @throws {Refusal} `manifestInvalid` naming the field, what is wrong and what to do.
 */
export function checkManifest(manifest: Manifest): void {
  checkSizes(manifest)
  checkRequires(manifest)
  checkParameters(manifest)
  checkNames(manifest)
  checkBuffers(manifest)
  checkTextures(manifest)
  checkSteps(manifest)
  checkUnits(manifest)
  checkResults(manifest)
}

function checkSizes({ buffers, textures, samplers, inputs, parameters }: Manifest): void {
  const resources = { ...buffers, ...textures, ...samplers }
  const bounds = [
    ['buffers', Object.keys(resources).length, limits.buffersMax, 'Join some buffers.'],
    ['inputs', Object.keys(inputs).length, limits.inputsMax, 'Join some inputs.'],
    ['parameters', Object.keys(parameters).length, limits.parametersMax, 'Write some numbers out.'],
  ] as const
  for (const [where, count, most, next] of bounds)
    if (count > most) throw refuse(where, `at most ${most} are allowed, there are ${count}`, next)
}

function checkRequires({ requires }: Manifest): void {
  const feature = requires.features.find((name) => !requirableFeatures.includes(name))
  if (feature !== undefined)
    throw refuse(
      'requires.features',
      feature === 'timestamp-query'
        ? 'timestamp-query is not lent: times would tell devices apart'
        : `"${feature}" is no feature that a compute kernel can have`,
      `Choose from: ${requirableFeatures.join(', ')}.`,
    )
  const limit = Object.keys(requires.limits).find((name) => !requirableLimits.includes(name))
  if (limit !== undefined)
    throw refuse(
      `requires.limits.${limit}`,
      `"${limit}" is no WebGPU limit that concerns a compute kernel`,
      `Choose from: ${requirableLimits.join(', ')}.`,
    )
}

/** One name, one thing: binding by name would be ambiguous otherwise. */
function checkNames({ buffers, textures, samplers }: Manifest): void {
  const kinds = { buffers, textures, samplers }
  const seen = new Map<string, string>()
  for (const [kind, resources] of Object.entries(kinds))
    for (const name of Object.keys(resources)) {
      const other = seen.get(name)
      if (other !== undefined)
        throw refuse(`${kind}.${name}`, `"${name}" is also among the ${other}`, 'Rename one of them.')
      seen.set(name, kind)
    }
}

function checkBuffers(manifest: Manifest): void {
  const known = namesOutsideRepeats(manifest)
  for (const [name, plan] of Object.entries(manifest.buffers)) {
    const where = `buffers.${name}`
    if ('from' in plan) checkInput(manifest, `${where}.from`, plan.from)
    else if ('uniform' in plan) checkUniform(manifest, `${where}.uniform`, plan.uniform, 0)
    else {
      if (plan.bytes !== undefined) checkExpression(`${where}.bytes`, plan.bytes, known)
      if (plan.init !== undefined && plan.init !== 'zero')
        checkInput(manifest, `${where}.init`, plan.init, 'whole')
    }
  }
}

/** Fields may depend on the step that binds them, so any counter's name may stand in them. */
function checkUniform(manifest: Manifest, where: string, value: UniformValue, depth: number): void {
  if (depth > limits.nestingMax) throw refuse(where, 'nested too deeply', 'Flatten the value.')
  if (typeof value === 'number' || typeof value === 'boolean') return
  if (typeof value === 'string')
    checkExpression(
      where,
      value.replace(/:(u32|i32|f32)$/, ''),
      namesOutsideRepeats(manifest, 'counters too'),
    )
  else
    for (const [field, part] of Object.entries(value))
      checkUniform(manifest, `${where}.${field}`, part, depth + 1)
}

function checkTextures(manifest: Manifest): void {
  const known = namesOutsideRepeats(manifest)
  for (const [name, plan] of Object.entries(manifest.textures)) {
    const where = `textures.${name}`
    if (plan.from !== undefined) checkInput(manifest, `${where}.from`, plan.from, 'whole')
    for (const [axis, side] of plan.size.entries()) checkExpression(`${where}.size.${axis}`, side, known)
  }
}

function checkInput(
  manifest: Manifest,
  where: string,
  reference: string,
  form: 'any' | 'whole' = 'any',
): void {
  const name = reference.slice('input:'.length)
  const input = Object.hasOwn(manifest.inputs, name) ? manifest.inputs[name] : undefined
  if (input === undefined) throw refuse(where, `"${reference}" names no input`, `Add "${name}" to "inputs".`)
  if (form === 'whole' && typeof input !== 'string' && input.slice)
    throw refuse(
      where,
      `"${name}" is sliced, and a slice fits only a buffer of its own`,
      'Take "slice" out; or give it a buffer with "from", and "copy" that one first.',
    )
}

function checkUnits({ units, inputs }: Manifest): void {
  if ('range' in units) {
    const [begin, end] = units.range
    if (!(Number.isSafeInteger(end) && end > begin))
      throw refuse('units.range', 'the end must be above the begin', 'Swap or correct the two numbers.')
  } else {
    const doubled = units.columns?.find((column, place, all) => all.indexOf(column) !== place)
    if (doubled !== undefined)
      throw refuse('units.columns', `"${doubled}" is there twice`, 'Rename one column.')
    if (units.count !== undefined && units.count > limits.unitsPerJobMax)
      throw refuse('units.count', `at most ${limits.unitsPerJobMax} units are allowed`, 'Split the job.')
  }
  const sliced = Object.entries(inputs).find(([, input]) => typeof input !== 'string' && input.slice)
  if (sliced && 'list' in units)
    throw refuse(
      `inputs.${sliced[0]}.slice`,
      'slices follow a range, and the units are a list',
      'Use a range.',
    )
}

function checkResults(manifest: Manifest): void {
  const results = resultNamesOf(manifest)
  const { verify, collect } = manifest
  const idle = Object.keys(verify).find((name) => !results.includes(name))
  if (idle !== undefined && results.length > 0)
    throw refuse(
      `verify.${idle}`,
      `"${idle}" is no result (results: ${results.join(', ')})`,
      'Rename or remove it.',
    )
  checkVerifyKernel(manifest)
  if (collect?.buffer !== undefined && results.length > 0 && !results.includes(collect.buffer))
    throw refuse('collect.buffer', `"${collect.buffer}" is no result`, `Name one of: ${results.join(', ')}.`)
  if (collect?.kind === 'array' && (collect.shape ?? []).slice(1).includes(-1))
    throw refuse('collect.shape', 'only the first number may be -1', 'Say the others.')
  const slots = Object.values(manifest.buffers).filter((buffer) => isScratch(buffer) && buffer.result)
  if (slots.length > limits.resultPartsMax)
    throw refuse('buffers', `at most ${limits.resultPartsMax} results are allowed`, 'Join some results.')
}

/** One kernel judges one result as a whole, so nothing is left for other comparators or for other providers' results. */
function checkVerifyKernel(manifest: Manifest): void {
  const checker = checkerOf(manifest)
  if (!checker) return
  const other = Object.entries(manifest.verify).find(([, comparator]) => !isSame(comparator, checker.plan))
  if (other)
    throw refuse(
      `verify.${other[0]}`,
      `the verify kernel of "${checker.result}" judges the whole result, "${other[0]}" included`,
      `Take "${other[0]}" out of "verify".`,
    )
  if (manifest.quorum !== 1)
    throw refuse(
      'quorum',
      `a verify kernel judges each result by itself, and the quorum is ${manifest.quorum}`,
      'Say "quorum": 1.',
    )
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('manifestInvalid', `job.json, ${where}: ${message}.`, { where, next })
}
