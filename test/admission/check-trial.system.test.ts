import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { Examiner } from '#coordinator/edge/admission/examiner.ts'
import { Refusal } from '#protocol/refusal.ts'
import { received, SomeBlobs, type SentJob } from './a-job.ts'
import { childrenLeft } from './children.ts'
import { goodJobs } from './good-jobs.ts'

const blobs = new SomeBlobs()
const examiner = new Examiner({ blobs, log: pino({ level: 'silent' }), unprovable: 'refuse' })
afterAll(() => examiner.close())
const examine = async (job: SentJob) => examiner.examine(received(job, blobs))

/** Lines 1 to 7 of the verify kernel. */
const head = `struct Params { begin: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> verdict: array<u32>;
@compute @workgroup_size(64) fn check(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
`
const checkDoing = (statements: string) => `${head}${statements}\n}`
const root = 'let root = numbers[params.begin + id.x];'
const goodCheck = checkDoing(`  ${root}
  verdict[id.x] = u32(!(abs(squares[id.x] - root * root) <= 0.0001 * root * root));`)

function checked(check: string, job: SentJob = {}): SentJob {
  const result = job.kernel === undefined ? 'squares' : 'product'
  const verify = { [result]: { compare: 'checker', wgsl: 'check.wgsl' } }
  const price = { perUnitMask: '0.002', budgetMask: '1' }
  return { ...job, check, manifest: { ...job.manifest, quorum: 1, verify, price } }
}

/** One whose unit 0 takes minutes on a processor. */
const heavy = (() => {
  const found = goodJobs.find(({ complete }) => !complete)
  if (!found) throw new Error('one of the good jobs is too heavy')
  return found
})()
const productHead = `@group(0) @binding(0) var<storage, read> product: array<f32>;
@group(0) @binding(1) var<storage, read_write> verdict: atomic<u32>;
@compute @workgroup_size(64) fn check(@builtin(global_invocation_id) id: vec3u) {
  for (var place = id.x; place < arrayLength(&product); place += 64u) {`
const productCheck = `${productHead}
    let value = product[place];
    let zero = (place / 2000u) % 7u == 0u;
    if (!(value >= 0.0 && value < 1e6 && value == floor(value) && (zero || value > 0.0))) { atomicAdd(&verdict, 1u); }
  }
}`

describe('[A7] a verify kernel', () => {
  test('that says good of what is right and bad of what is not is admitted, and its units are not spotted', async () => {
    const { canary, notes, spottable } = await examine(checked(goodCheck))
    expect({ canary, notes, spottable }).toMatchObject({
      canary: { complete: true },
      notes: [],
      spottable: false,
    })
    expect(childrenLeft()).toEqual([])
  })

  test('of units that are too heavy to be tried is only given wrong results, which is noted', async () => {
    const { canary, notes } = await examine(checked(productCheck, heavy))
    expect(canary).toMatchObject({ complete: false })
    expect(notes.join()).toMatch(/verify kernel was tried with wrong results only/)
  })

  test('is examined again when its text changes', async () => {
    const first = await examine(checked(goodCheck))
    expect(await examine(checked(goodCheck))).toBe(first)
    expect(await examine(checked(`${goodCheck}\n// the same`))).not.toBe(first)
  })

  const refused: [title: string, job: SentJob, reason: string, where: string, says: RegExp][] = [
    [
      'that says good of everything',
      checked(checkDoing('  verdict[id.x] = u32(squares[id.x] > 1e38 && squares[id.x] < 1e37);')),
      'kernelInvalid',
      'verify.squares',
      /accepted a corrupted result of unit 0/,
    ],
    [
      'that says good of everything, where unit 0 is heavy',
      checked(productCheck.replace('1u)', '0u)'), heavy),
      'kernelInvalid',
      'verify.product',
      /accepted a corrupted result of unit 0/,
    ],
    [
      'that looks at few elements',
      checked(checkDoing(`  ${root}\n  verdict[id.x] = u32(id.x == 77u && squares[id.x] != root * root);`)),
      'kernelInvalid',
      'verify.squares',
      /accepted a corrupted result of unit 0/,
    ],
    [
      'that takes nothing for an answer',
      checked(goodCheck.replace('u32(!(', 'u32(squares[id.x] != 0.0 && !(')),
      'kernelInvalid',
      'verify.squares',
      /accepted a result of zeros of unit 0/,
    ],
    [
      'that says bad of what is right',
      checked(goodCheck.replaceAll('root * root', '2.0 * root')),
      'kernelInvalid',
      'verify.squares',
      /says that unit 0's own result is bad/,
    ],
    [
      'that has no end',
      checked(checkDoing('  loop { if (squares[id.x] < -1.0) { break; } }\n  verdict[id.x] = 1u;')),
      'kernelEndless',
      'check.wgsl:8:3',
      /did not end/,
    ],
    [
      'that does not compile',
      checked(checkDoing('  verdict[id.x] = squares[id.x];')),
      'kernelInvalid',
      'check.wgsl:8:17',
      /f32/,
    ],
    [
      'that does not look at the result',
      checked(checkDoing('  verdict[id.x] = u32(numbers[id.x] < 0.0);')),
      'manifestInvalid',
      'verify.squares',
      /does not look at "squares"/,
    ],
    ['that is no WGSL', checked('check everything'), 'kernelInvalid', 'check.wgsl:1:1', /\w/],
    [
      'that needs a feature of which the job does not speak',
      checked(`enable f16;\n${goodCheck}`),
      'manifestInvalid',
      'requires.features',
      /shader-f16/,
    ],
  ]
  test.each(refused)('%s is refused', async (_title, job, reason, where, says) => {
    const refusal = await examine(job).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({
      reason,
      where,
      message: expect.stringMatching(says) as unknown,
      next: expect.stringMatching(/\w/) as unknown,
    })
    expect(childrenLeft()).toEqual([])
  })

  test('dispatched beyond what devices take is refused', async () => {
    const passes = [{ entry: 'check', workgroups: [70_000] }]
    const verify = { squares: { compare: 'checker', wgsl: 'check.wgsl', passes } }
    const job = checked(goodCheck)
    const refusal = await examine({ ...job, manifest: { ...job.manifest, verify } }).catch(
      (error: unknown) => error,
    )
    expect(refusal).toMatchObject({
      reason: 'notPortable',
      where: 'verify.squares',
      next: expect.any(String) as unknown,
    })
  })
})
