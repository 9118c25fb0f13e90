import { parseExpression } from './expression.ts'
import { limits } from './limits.ts'
import type { Manifest } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

/**
 * What a schema cannot say: that names refer to something, that expressions parse, that numbers fit each other.
 *
 * @throws {Refusal} `manifestInvalid` naming the field, what is wrong and what to do.
 */
export function checkManifest(manifest: Manifest): void {
  checkBuffers(manifest)
  checkResult(manifest)
  checkPasses(manifest)
  if (manifest.units.range[1] <= manifest.units.range[0])
    throw refuse('units.range', 'the end must be above the begin', 'Swap or correct the two numbers.')
}

function checkBuffers(manifest: Manifest): void {
  const buffers = Object.entries(manifest.buffers)
  if (buffers.length > limits.buffersMax)
    throw refuse('buffers', `at most ${limits.buffersMax} are allowed`, 'Join some buffers.')
  if (Object.keys(manifest.inputs).length > limits.inputsMax)
    throw refuse('inputs', `at most ${limits.inputsMax} are allowed`, 'Join some inputs.')
  for (const [name, plan] of buffers) {
    if ('from' in plan) {
      if (!Object.hasOwn(manifest.inputs, plan.from.slice('input:'.length)))
        throw refuse(`buffers.${name}.from`, `"${plan.from}" names no input`, 'Add it to "inputs".')
    } else if ('uniform' in plan) {
      for (const [field, text] of Object.entries(plan.uniform))
        checkExpression(`buffers.${name}.uniform.${field}`, text.slice(0, text.lastIndexOf(':')))
    } else checkExpression(`buffers.${name}.bytes`, plan.bytes)
  }
}

function checkResult({ buffers, verify, collect }: Manifest): void {
  const results = Object.keys(buffers).filter((name) => {
    const plan = buffers[name]
    return plan && 'bytes' in plan && plan.result
  })
  const [result] = results
  if (result === undefined || results.length > 1)
    throw refuse(
      'buffers',
      `exactly one buffer must have "result": true, ${results.length} have`,
      'Mark the one buffer to be returned.',
    )
  if (!Object.hasOwn(verify, result))
    throw refuse(
      'verify',
      `the result buffer "${result}" has no comparator`,
      `Add "${result}": { "compare": "exact" } or a tolerance.`,
    )
  const idle = Object.keys(verify).find((name) => name !== result)
  if (idle !== undefined)
    throw refuse(`verify.${idle}`, `"${idle}" is not the result buffer "${result}"`, 'Remove it.')
  if (collect.buffer !== result)
    throw refuse('collect.buffer', `"${collect.buffer}" is not the result buffer`, `Name "${result}".`)
}

function checkPasses({ passes, buffers }: Manifest): void {
  for (const [passIndex, pass] of passes.entries())
    for (const [index, dispatch] of pass.do.entries()) {
      const where = `passes.${passIndex}.do.${index}`
      for (const [slot, buffer] of Object.entries(dispatch.bind))
        if (!Object.hasOwn(buffers, buffer))
          throw refuse(`${where}.bind.${slot}`, `"${buffer}" names no buffer`, 'Add it to "buffers".')
      for (const [axis, text] of dispatch.workgroups.entries())
        checkExpression(`${where}.workgroups.${axis}`, text)
    }
}

/** A bad expression would otherwise show only in a volunteer's worker. */
function checkExpression(where: string, text: string): void {
  try {
    parseExpression(text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw refuse(where, error.message.replace(/\.$/, ''), 'Correct the expression.')
  }
}

function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('manifestInvalid', `job.json, ${where}: ${message}.`, { where, next })
}
