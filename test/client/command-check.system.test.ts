import { describe, expect, test } from 'vitest'
import {
  aCheckedJobJson,
  aJobJson,
  someCheckedFiles,
  someFiles,
  squaresCheck,
  textBytes,
  without,
} from '#test/client/a-job.ts'
import { CommandBench } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

describe('[R28] check', () => {
  test('prints what was inferred, the plan and the cost, and compiles the kernel', async () => {
    const folder = await bench.aJobFolder(without(aJobJson(), 'passes', 'verify'))
    const { exitCode, stdout, stderr } = await bench.desk.run(['check', folder])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/verify\.out +│ exact/)
    expect(stdout).toMatch(/passes +│ one dispatch of main/)
    expect(stdout).toContain('4, each checked by 2 agreeing results')
    expect(stdout).toContain('4 bytes a unit (out 4)')
    expect(stdout).toContain('at most 2 MASK')
    expect(stderr).toContain('The kernel compiles.')
  })

  test('--json: the same as one object, with the id that the spec will have', async () => {
    const folder = await bench.aJobFolder()
    const { stdout } = await bench.desk.run(['check', folder, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'Squares',
      plan: { unitCount: 4, quorum: 2, costWei: '2000000000000000000' },
      results: [{ name: 'out', bytes: 4, comparator: { compare: 'exact' } }],
      compiled: true,
    })
  })

  test('4: what the compiler says, with file, line, column and the line itself', async () => {
    const files = new Map([
      ...someFiles(),
      [
        'second.wgsl',
        textBytes(
          '// fine\n@compute @workgroup_size(64)\nfn main() {\n\tout[0] = numbers[params.begin] + 1.5f;\n}',
        ),
      ],
    ])
    const folder = await bench.aJobFolder(aJobJson(), 'squares', files)
    const { exitCode, stdout, stderr } = await bench.desk.run(['check', folder])
    expect(exitCode).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toContain('mask: second.wgsl is not valid.')
    const lines = stderr.split('\n')
    const at = lines.findIndex((line) => line.startsWith('  second.wgsl:4:'))
    const [, column] = /second\.wgsl:4:(\d+): /.exec(lines[at] ?? '') ?? []
    expect(lines[at + 1]).toBe('    4 | \tout[0] = numbers[params.begin] + 1.5f;')
    expect(lines[at + 2]).toBe(`      | \t${' '.repeat(Number(column) - 2)}^`)

    const json = JSON.parse((await bench.desk.run(['check', folder, '--json'])).stderr) as object
    expect(json).toMatchObject({
      error: { code: 'kernelInvalid', faults: [{ file: 'second.wgsl', line: 4, column: Number(column) }] },
    })
  })

  test('4: a merging kernel that does not compile', async () => {
    const merge = `@group(0) @binding(0) var<storage, read> left: array<u32>;
@group(0) @binding(1) var<storage, read> right: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged: array<u32>;
@compute @workgroup_size(1) fn merge() { merged[0] = left[0] + right; }`
    const json = aJobJson({ collect: { kind: 'raw', reduce: { wgsl: 'merge.wgsl' } } })
    const folder = await bench.aJobFolder(
      json,
      'squares',
      new Map([...someFiles(), ['merge.wgsl', textBytes(merge)]]),
    )
    const { exitCode, stderr } = await bench.desk.run(['check', folder])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('merge.wgsl:4:')
  })

  test('4: a job that no device can be counted on to run', async () => {
    const files = new Map([
      ...someFiles(),
      [
        'second.wgsl',
        textBytes('@compute @workgroup_size(2048) fn main() { out[0] = numbers[params.begin]; }'),
      ],
    ])
    const { exitCode, stderr } = await bench.desk.run([
      'check',
      await bench.aJobFolder(aJobJson(), 'squares', files),
    ])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('second.wgsl:1:')
  })

  test('4: a manifest that lacks what cannot be inferred says where and what next', async () => {
    const rest = without(aJobJson(), 'buffers', 'verify')
    const { exitCode, stderr } = await bench.desk.run(['check', await bench.aJobFolder(rest)])
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/ {2}next: {2}\S/)
  })
})

describe('check of a job with a verify kernel', () => {
  test('prints what was inferred for it, and how results come to be believed', async () => {
    const folder = await bench.aJobFolder(aCheckedJobJson(), 'squares', someCheckedFiles())
    const { exitCode, stdout, stderr } = await bench.desk.run(['check', folder])
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('The kernel compiles.') as unknown])
    expect(stdout).toMatch(/verify\.out\.passes +│ one dispatch of check/)
    expect(stdout).toContain('each computed once and checked by check.wgsl on another device')
  })

  test('4: one that does not compile, with its own file and line', async () => {
    const files = someCheckedFiles(squaresCheck.replace('u32(out', 'f32(out'))
    const folder = await bench.aJobFolder(aCheckedJobJson(), 'squares', files)
    const { exitCode, stderr } = await bench.desk.run(['check', folder])
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/^ {2}check\.wgsl:10:\d+: /m)
  })
})
