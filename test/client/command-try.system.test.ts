import { readdir, readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import {
  aCheckedJobJson,
  aJobJson,
  anImageJobJson,
  aSpec,
  someCheckedFiles,
  someFiles,
  squaresCheck,
  textBytes,
} from '#test/client/a-job.ts'
import { CommandBench, sha256 } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

const json = aJobJson({
  units: { range: [0, 10], granule: 2 },
  price: { perUnitMask: '0.5', budgetMask: '5' },
})
const squares = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer)

/** Adds, element by element. */
const merge = `@group(0) @binding(0) var<storage, read> left: array<u32>;
@group(0) @binding(1) var<storage, read> right: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged: array<u32>;
@compute @workgroup_size(64) fn merge(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&merged)) { merged[id.x] = left[id.x] + right[id.x]; }
}`
const mergeFiles = new Map([...someFiles(), ['merge.wgsl', textBytes(merge)]])
const reduced = { ...json, collect: { kind: 'array', type: 'u32', reduce: { wgsl: 'merge.wgsl' } } }

/** A machine without any Vulkan driver. */
const noDriver = { VK_ICD_FILENAMES: '/nowhere.json' }

describe('[R29] try', () => {
  test('runs the first, the last and one between, and says what came out', async () => {
    const folder = await bench.aJobFolder(json)
    const { exitCode, stdout, stderr } = await bench.desk.run(['try', folder, '--json'])
    expect(stderr).toMatch(/^Running on /)
    expect(exitCode).toBe(0)
    // The input holds 1 and 2; further numbers are their own index.
    expect(JSON.parse(stdout)).toMatchObject({
      units: [
        { unit: 0, bytes: 8, sha256: sha256(squares(1, 4)), preview: '1, 4' },
        { unit: 2, bytes: 8, sha256: sha256(squares(16, 25)), preview: '16, 25' },
        { unit: 4, bytes: 8, sha256: sha256(squares(64, 81)), preview: '64, 81' },
      ],
      files: [],
      result: null,
    })
  })

  test('for people: a table on stdout, advice on stderr', async () => {
    const { stdout, stderr } = await bench.desk.run(['try', await bench.aJobFolder(json), '--units', '1'])
    expect(stdout).toMatch(/│ 0 +│ \S+ m?s +│ 8 +│ 0x[0-9a-f]{16}… +│ 1, 4 +│/)
    expect(stderr).toContain('"granule":')
    expect(await readdir(bench.desk.folder)).toEqual(['squares'])
  })

  test('a picture is written, what was not run transparent', async () => {
    const kernel = textBytes(`@compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&out)) { out[id.x] = select(0x3f800000u, params.begin + numbers[0] - 1u, id.x % 4u != 3u); }
    }`)
    const picture = anImageJobJson(6, 2, [2, 2])
    const files = new Map([...someFiles(), ['second.wgsl', kernel]])
    const folder = await bench.aJobFolder(picture, 'picture', files)
    const { exitCode, stdout } = await bench.desk.run(['try', folder, '--units', '2'])
    expect(exitCode).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('picture.try.png')
    const { width, data } = decode(await readFile(bench.desk.path('picture.try.png')))
    const row = [...data.subarray(0, 4 * width)]
    expect(row).toEqual([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255])
  })

  test('--out: the bytes of each unit, and what they are merged into', async () => {
    const folder = await bench.aJobFolder(reduced, 'squares', mergeFiles)
    const { exitCode, stdout } = await bench.desk.run(['try', folder, '--out', 'tried'])
    expect(exitCode).toBe(0)
    const files = ['unit-0.bin', 'unit-2.bin', 'unit-4.bin', 'result.npy'].map((file) => `tried/${file}`)
    expect(stdout.trimEnd().split('\n').slice(-4)).toEqual(files)
    expect(new Uint8Array(await readFile(bench.desk.path('tried/unit-2.bin')))).toEqual(squares(16, 25))
    const array = await readFile(bench.desk.path('tried/result.npy'))
    expect(new Uint8Array(array.subarray(-8))).toEqual(squares(1 + 16 + 64, 4 + 25 + 81))
  })

  test('4: what the compiler says', async () => {
    const files = new Map([
      ...someFiles(),
      [
        'second.wgsl',
        textBytes('@compute @workgroup_size(1) fn main() { out[0] = numbers[params.begin] + none(); }'),
      ],
    ])
    const { exitCode, stderr } = await bench.desk.run(['try', await bench.aJobFolder(json, 'squares', files)])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('second.wgsl:1:')
  })

  test('4: a value that a unit does not have', async () => {
    const params = { uniform: { begin: '1/$unit.index' } }
    const divided = { ...json, buffers: { ...(json['buffers'] as object), params } }
    const { exitCode, stderr } = await bench.desk.run(['try', await bench.aJobFolder(divided)])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('no finite value')
  })

  test('1: a machine without adapter is told what would help', async () => {
    const { exitCode, stdout, stderr } = await bench.desk.run(['try', await bench.aJobFolder(json)], noDriver)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('no GPU that WebGPU can use')
    expect(stderr).toContain('VK_ICD_FILENAMES')
  })

  test('2: a count that is none', async () => {
    expect((await bench.desk.run(['try', await bench.aJobFolder(json), '--units', '0'])).exitCode).toBe(2)
  })
})

describe('[R30] fetch merges on this machine', () => {
  async function aMergedJob() {
    const env = await bench.start()
    const { spec, bytes, files } = aSpec(reduced, mergeFiles)
    for (const { blobs } of files)
      for (const { id, bytes: blob } of blobs) bench.coordinator.blobs.set(id, blob)
    const { id } = bench.coordinator.addJob(spec, bytes)
    for (const unit of [4, 0, 3, 1]) await bench.coordinator.accept(id, unit, squares(10 ** unit, unit))
    await bench.coordinator.move(id, 2, 'failed')
    return { id, env }
  }

  test('those results that there are', async () => {
    const { id, env } = await aMergedJob()
    const { exitCode, stderr } = await bench.desk.run(['fetch', id, '--out', 'here'], env)
    expect(stderr).toContain('1 of 5 units failed')
    expect(exitCode).toBe(6)
    const array = await readFile(bench.desk.path('here/result.npy'))
    expect(new Uint8Array(array.subarray(-8))).toEqual(squares(11_011, 8))
    expect(await readdir(bench.desk.path('here'))).toEqual(['manifest.json', 'result.npy'])
  })

  test('without an adapter they are kept unmerged, and the way on is told', async () => {
    const { id, env } = await aMergedJob()
    const { exitCode, stderr } = await bench.desk.run(['fetch', id, '--out', 'here'], { ...env, ...noDriver })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('The results of 4 units are not merged')
    expect(stderr).toContain('here/result.unmerged.bin')
    expect(await readdir(bench.desk.path('here'))).toEqual(['result.unmerged.bin'])
    const kept = new Uint8Array(await readFile(bench.desk.path('here/result.unmerged.bin')))
    expect(kept).toEqual(squares(1, 0, 10, 1, 0, 0, 1000, 3, 10_000, 4))
  })
})

describe('try of a job with a verify kernel', () => {
  test('says of each unit whether it is good', async () => {
    const folder = await bench.aJobFolder(aCheckedJobJson(), 'squares', someCheckedFiles())
    const { exitCode, stdout } = await bench.desk.run(['try', folder, '--json'])
    expect(exitCode).toBe(0)
    const { units } = JSON.parse(stdout) as { units: { check: unknown }[] }
    expect(units.map(({ check }) => check)).toEqual(
      units.map(() => ({ good: true, ms: expect.any(Number) as unknown })),
    )
    expect(units.length).toBeGreaterThan(1)
  })

  test('and where it is bad, names the unit and the file', async () => {
    // Right for the first unit only.
    const files = someCheckedFiles(squaresCheck.replace('number * number', '1u'))
    const folder = await bench.aJobFolder(aCheckedJobJson(), 'squares', files)
    const { exitCode, stdout, stderr } = await bench.desk.run(['try', folder, '--units', '2'])
    expect(exitCode).toBe(6)
    expect(stdout).toMatch(/│ 0 .*│ good /)
    expect(stdout).toMatch(/│ 3 .*│ bad /)
    expect(stderr).toContain('check.wgsl says that unit 3 came out bad')
  })
})
