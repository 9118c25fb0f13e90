import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { bytesOf, jobOf, type KernelForm } from './kernel-form.ts'
import { kernelForms } from './kernel-forms.ts'

const wallMs = 60_000
let child: RunnerChild
beforeAll(async () => {
  child = await RunnerChild.start({
    backend: 'software',
    memoryBytesMax: 2 ** 31,
    runner: { jobsOpenMax: 2 },
  })
})
afterAll(() => child[Symbol.asyncDispose]())

describe('[G5] [G13] [G16] every form of the manifest', { timeout: wallMs }, () => {
  test('has a name of its own', () => {
    expect(new Set(kernelForms.map(({ form }) => form)).size).toBe(kernelForms.length)
  })

  describe.each(kernelForms)('$form', (form) => {
    for (const unit of form.units ?? [0])
      test.for([
        ['whole', {}],
        ['in tiles of one workgroup', { tileWorkgroups: 1 }],
        ['in tiles of three workgroups', { tileWorkgroups: 3 }],
      ] as const)(`unit ${unit} %s`, async ([, options], context) => {
        const { result } = await runnable(context, () => child.run(jobOf(form), unit, { ...options, wallMs }))
        compare(form, result, bytesOf(form.expected(unit)))
      })
  })
})

function compare(
  { tolerance }: KernelForm,
  result: Uint8Array<ArrayBuffer>,
  expected: Uint8Array<ArrayBuffer>,
) {
  expect(result.length).toBe(expected.length)
  if (tolerance === undefined) expect([...result]).toEqual([...expected])
  else {
    const wanted = new Float32Array(expected.buffer)
    for (const [index, value] of new Float32Array(result.buffer).entries())
      expect(Math.abs(value - (wanted[index] ?? NaN))).toBeLessThanOrEqual(tolerance)
  }
}

/** Some adapters lack half floats; everything else has to work. */
async function runnable<T>(context: TestContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'notCapable' && error.message.includes('shader-f16'))
      context.skip(`the adapter is without half floats: ${child.adapter ?? ''}`)
    throw error
  }
}
