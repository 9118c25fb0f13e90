import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { onlyDispatchOf, type SpotPlace } from '#protocol/spots.ts'
import { decodeSpots } from '#protocol/spot-results.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { bytesWritten, runAllSpots, runsOf } from './all-spots.ts'
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

const inOneDispatch = kernelForms.filter((form) => onlyDispatchOf(jobOf(form).manifest))
/** They read their results, or add to them, so that a part cannot know what it wrote. */
const readers = new Set([
  'an input that comes back changed, next to a uniform that nothing reads',
  'a result that starts as an input',
  'atomics across workgroups: a histogram',
])
/** A result of which some is nobody's to write. */
const leftAlone = 'a result that starts as zeros and is left alone in part'

describe('[G21] spots of every form of the manifest that has one dispatch', { timeout: wallMs }, () => {
  test.for(inOneDispatch.filter(({ form }) => !readers.has(form) && form !== leftAlone))(
    '$form: they agree with the whole and write all of it',
    async (form, context) => {
      const unit = form.units?.at(-1) ?? 0
      const all = await runnable(context, () => runAllSpots(child, jobOf(form), unit, { wallMs }))
      expect(new Set(all.verdictsOn(all.whole))).toEqual(new Set(['agrees']))
      expect(bytesWritten(all.spots, all.whole.length).every((flag) => flag === 1)).toBe(true)
    },
  )

  test.for(inOneDispatch.filter(({ form }) => readers.has(form)))(
    '$form: they say that they wrote nothing for certain',
    async (form) => {
      const all = await runAllSpots(child, jobOf(form), 0, { wallMs })
      expect(new Set(all.verdictsOn(all.whole))).toEqual(new Set(['empty']))
    },
  )

  test('an input that a kernel writes is fresh for each run of a spot', async () => {
    const form = formNamed('a sliced input that a kernel writes')
    const twice = { buffers: { out: { bytes: '4*$unit.count', result: true, init: 'zero' } } }
    const all = await runAllSpots(child, jobOf({ ...form, job: { ...form.job, ...twice } }), 1, { wallMs })
    expect([...all.whole]).toEqual([...bytesOf(form.expected(1))])
    expect(new Set(all.verdictsOn(all.whole))).toEqual(new Set(['agrees']))
  })

  test(`[G22] ${leftAlone}: what no spot wrote is what it started as`, async () => {
    const all = await runAllSpots(child, jobOf(formNamed(leftAlone)), 0, { wallMs })
    expect(new Set(all.verdictsOn(all.whole))).toEqual(new Set(['agrees', 'empty']))
    const written = bytesWritten(all.spots, all.whole.length)
    expect(all.whole.every((byte, place) => written[place] === 1 || byte === 0)).toBe(true)
  })
})

describe('of a grid of 1,024 workgroups', { timeout: wallMs }, () => {
  const source = jobOf(formNamed('a large grid in one dimension'))

  test('every byte that is flipped is seen by its spot and by no other', async () => {
    const { whole, spots, verdictsOn } = await runAllSpots(child, source, 0, { wallMs })
    for (const [place, spot] of spots.entries()) {
      const [[offset, length] = [0, 0]] = runsOf(spot)
      expect(length).toBe(whole.length / spots.length)
      const flipped = whole.slice()
      const byte = offset + ((place * 37) % length)
      flipped[byte] = (flipped[byte] ?? 0) ^ 0x10
      const verdicts = verdictsOn(flipped)
      expect(verdicts.flatMap((verdict, index) => (verdict === 'disagrees' ? [index] : []))).toEqual([place])
    }
  })

  test('a spot writes the same in tiles of one, three and all of its workgroups', async () => {
    const places = [[0, 5] as const, [0, 63] as const]
    const whole = await child.runSpots(source, places, { wallMs })
    for (const tileWorkgroups of [1, 3]) {
      const { result, submits } = await child.runSpots(source, places, { wallMs, tileWorkgroups })
      expect([...result]).toEqual([...whole.result])
      expect(submits).toBeGreaterThanOrEqual(places.length)
    }
  })
})

test('spots of several units come back in the order in which they were asked for', async () => {
  const form = formNamed('the smallest job: everything inferred, a sliced input, a shorter last unit')
  const places: SpotPlace[] = [[2, 0], [0, 63], [1, 7], [0, 0]] // prettier-ignore
  const source = jobOf(form)
  const { result } = await child.runSpots(source, places, { wallMs })
  const expected = places.map(([unit]) => form.expected(unit))
  const spots = decodeSpots(
    result,
    expected.map(({ byteLength }) => byteLength),
  )
  for (const [place, spot] of spots?.entries() ?? []) {
    const { buffer } = expected[place] ?? new Uint8Array()
    let at = 0
    for (const [offset, length] of runsOf(spot)) {
      expect([...spot.bytes.subarray(at, at + length)]).toEqual([...new Uint8Array(buffer, offset, length)])
      at += length
    }
    expect(at).toBeGreaterThan(0)
  }
  expect(spots).toHaveLength(places.length)
})

test('units of several steps, and workgroups that wait for one another, are not run in parts', async () => {
  const others = kernelForms.filter((form) => !inOneDispatch.includes(form))
  expect(others.some(({ job }) => job['tiling'] === 'none')).toBe(true)
  for (const form of others.slice(0, 3).concat(others.filter(({ job }) => job['tiling'] === 'none')))
    await expect(child.runSpots(jobOf(form), [[0, 1]], { wallMs })).rejects.toMatchObject({
      reason: 'manifestInvalid',
      where: 'passes',
    })
})

function formNamed(name: string): KernelForm {
  const form = kernelForms.find(({ form }) => form === name)
  if (!form) throw new Error(`no form ${name}`)
  return form
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
