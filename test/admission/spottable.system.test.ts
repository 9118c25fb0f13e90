import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { Examiner } from '#coordinator/edge/admission/examiner.ts'
import {
  aDispatch,
  goodBuffers,
  kernelDoing,
  received,
  SomeBlobs,
  type Fields,
  type SentJob,
} from './a-job.ts'
import { childrenLeft } from './children.ts'
import { goodJobs } from './good-jobs.ts'

const log = pino({ level: 'silent' })
const blobs = new SomeBlobs()
const anExaminer = (canaryMsMax = 20_000) => new Examiner({ blobs, log, unprovable: 'refuse', canaryMsMax })
const examiner = anExaminer()
afterAll(() => examiner.close())
const examine = (job: SentJob, by = examiner) => by.examine(received(job, blobs))

/** A unit of 64 workgroups of four. */
const kernelIn64 = (statements: string) => kernelDoing(statements).replace('size(64)', 'size(4)')
const jobIn64 = (statements: string, changes: Fields = {}): SentJob => ({
  kernel: kernelIn64(statements),
  manifest: { quorum: 1, passes: [aDispatch({ workgroups: ['ceil($unit.count/4)'] })], ...changes },
})
const fromZeros = {
  buffers: { ...goodBuffers, squares: { bytes: '4*$unit.count', result: true, init: 'zero' } },
}
const square =
  '  let number = numbers[params.begin + id.x];\n  let index = id.x;\n  squares[index] = number * number;'

const spottable: readonly (readonly [string, SentJob])[] = [
  ['each writes its part', jobIn64(square)],
  [
    'each leaves some of its part alone',
    jobIn64(square.replace('let index = id.x', 'let index = id.x - id.x % 2u'), fromZeros),
  ],
  [
    'they are only reached in part',
    { ...goodJobs.at(-1), manifest: { ...goodJobs.at(-1)?.manifest, quorum: 1 } },
  ],
]

const notSpottable: readonly (readonly [string, SentJob])[] = [
  ['the workgroups are fewer than spots', jobIn64(square, { units: { range: [0, 252], granule: 252 } })],
  ['there is another pass', jobIn64(square, { passes: [1, 2].map(() => aDispatch({ workgroups: [64] })) })],
  ['workgroups wait for one another', jobIn64(square, { tiling: 'none' })],
  ['it adds to its result', jobIn64('  squares[id.x] += numbers[params.begin + id.x];', fromZeros)],
  ['its result starts as an input and stays that in part', jobIn64('  if (id.x < 128u) { squares[id.x] = 1.0; }', { buffers: { ...goodBuffers, squares: { bytes: '4*$unit.count', result: true, init: 'input:numbers' } } })],
  ['most of its workgroups write nothing', jobIn64('  if (id.x < 128u) { squares[id.x] = 1.0; }', fromZeros)],
  ['results are computed more than once anyway', jobIn64(square, { quorum: 2 })],
] // prettier-ignore

describe('[A6] units of a job can be checked by spots', () => {
  test.each(spottable)('where %s', async (_title, job) => {
    expect(await examine(job)).toMatchObject({ spottable: true, canary: { guarded: true } })
    expect(childrenLeft()).toEqual([])
  })

  test.each(notSpottable)('but not where %s, and the job is admitted all the same', async (_title, job) => {
    expect(await examine(job)).toMatchObject({ spottable: false, canary: { complete: true } })
  })

  test('nor where a kernel that meets something else in its result never ends', async () => {
    const job = jobIn64(
      `  let turns = bitcast<u32>(squares[id.x]);
  var sum = id.x;
  for (var i = 0u; i < turns; i += 1u) { sum = sum * 1664525u + 1013904223u + u32(numbers[sum % 1024u]); }
  squares[id.x] = f32(sum & 255u);`,
      fromZeros,
    )
    const hurried = anExaminer(4_000)
    expect(await examine(job, hurried)).toMatchObject({ spottable: false, canary: { complete: true } })
    await hurried.close()
    expect(childrenLeft()).toEqual([])
  })

  test('[A5] which is found out once, for units that are computed once', async () => {
    const job = jobIn64(square)
    const first = await examine(job)
    expect(await examine(job)).toBe(first)
    expect(await examine({ ...job, manifest: { ...job.manifest, quorum: 2 } })).not.toBe(first)
    expect(await examine({ ...job, manifest: { ...job.manifest, quorum: 2 } })).toMatchObject({ spottable: false })
  }) // prettier-ignore
})
