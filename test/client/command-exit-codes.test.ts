import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { generatePrivateKey } from 'viem/accounts'
import { beforeEach, describe, expect, test } from 'vitest'
import { aJobJson, anImageJobJson } from '#test/client/a-job.ts'
import { CommandBench } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

describe('[R20] exit codes', () => {
  beforeEach(() => bench.start({ development: false }))

  const run = (words: readonly string[], env: Record<string, string> = {}) =>
    bench.desk.run(words, { MASK_URL: bench.coordinator.url, ...env })

  test('0: help', async () => {
    const { exitCode, stdout } = await run(['--help'])
    expect(exitCode).toBe(0)
    for (const command of [
      'dev',
      'check',
      'try',
      'submit',
      'watch',
      'fetch',
      'market',
      'pause',
      'resume',
      'cancel',
      'run',
    ])
      expect(stdout).toContain(command)
  })

  test.each([
    ['no command', []],
    ['an unknown command', ['render']],
    ['an unknown option', ['watch', `0x${'ee'.repeat(32)}`, '--fast']],
    ['no folder', ['submit']],
    ['a job id that is none', ['watch', '0x12']],
    ['an address that is none', ['watch', `0x${'ee'.repeat(32)}`, '--url', 'localhost']],
    ['a price without a time', ['market', '--price', '0.002']],
    ['a price that is none', ['market', '--price', 'free', '--unit-ms', '2000']],
    ['a nonce that is none', ['submit', '.', '--nonce', '7']],
  ])('2: %s', async (_what, words) => {
    const { exitCode, stdout, stderr } = await run(words)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toBe('')
  })

  test('2: an image that is not to be called .png', async () => {
    const folder = await bench.aJobFolder(anImageJobJson(4, 4, [2, 2]))
    const { exitCode, stderr } = await run(['run', folder, '--out', 'bunny.jpg'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.png')
    expect(bench.coordinator.requests).toEqual([])
  })

  test.each([
    ['array', { kind: 'array', type: 'u32' }, '.npy'],
    ['table', { kind: 'table', columns: { square: 'u32' } }, '.csv'],
  ])('2: an %s that is to be called otherwise', async (_what, collect, ending) => {
    const folder = await bench.aJobFolder(aJobJson({ collect }))
    const { exitCode, stderr } = await run(['run', folder, '--out', 'all.bin'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(ending)
  })

  test('1: no coordinator, with its address and what to do', async () => {
    await bench.coordinator.stop()
    const { exitCode, stdout, stderr } = await run(['submit', await bench.aJobFolder()])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`No coordinator answers at ${bench.coordinator.url}`)
    expect(stderr).toContain('npm start')
  })

  test('1: a job nobody knows', async () => {
    const { exitCode, stderr } = await run(['watch', `0x${'ee'.repeat(32)}`])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('There is no job 0xeeee')
  })

  test('1: a job that is not finished', async () => {
    const { exitCode, stderr } = await run(['fetch', await bench.aJob([0]), '--out', 'here'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('1 of 4 units')
    expect(existsSync(bench.desk.path('here'))).toBe(false)
  })

  test('1: an output folder that cannot be', async () => {
    const id = await bench.aJob([0, 1, 2, 3])
    await writeFile(bench.desk.path('file'), '')
    const { exitCode, stderr } = await run(['fetch', id, '--out', 'file/below'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('cannot be written')
  })

  test('3: no key outside development networks', async () => {
    const { exitCode, stderr } = await run(['submit', await bench.aJobFolder()])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('MASK_KEY')
    expect(existsSync(bench.desk.path('state'))).toBe(false)
  })

  test('3: a key that is none, which is not repeated', async () => {
    const { exitCode, stderr } = await run(['submit', await bench.aJobFolder()], { MASK_KEY: '0xsecret' })
    expect(exitCode).toBe(3)
    expect(stderr).not.toContain('secret')
  })

  test('4: job.json that does not parse, with line and column', async () => {
    const folder = await bench.aJobFolder()
    await writeFile(bench.desk.path(folder, 'job.json'), '{\n  "name": "x",\n}')
    const { exitCode, stderr } = await run(['submit', folder])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('job.json, line 3, column 1')
    expect(bench.coordinator.requests).toEqual([])
  })

  test.each([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a missing file', { wgsl: ['third.wgsl'] }, 'third.wgsl'],
    [
      'an expression that is none',
      {
        units: { range: [0, 4] },
        buffers: { out: { bytes: '4*', result: true } },
        inputs: {},
        passes: [{ do: [{ entry: 'main', bind: { '0.0': 'out' }, workgroups: ['1'] }] }],
      },
      '4*',
    ],
  ])('4: %s', async (_what, changes, named) => {
    const { exitCode, stderr } = await run(['submit', await bench.aJobFolder(aJobJson(changes))], {
      MASK_KEY: generatePrivateKey(),
    })
    expect(stderr).toContain(named)
    expect(exitCode).toBe(4)
  })

  test('5: a budget below the cost', async () => {
    const json = aJobJson({ price: { perUnitMask: '0.5', budgetMask: '1' } })
    const { exitCode, stderr } = await run(['submit', await bench.aJobFolder(json)], {
      MASK_KEY: generatePrivateKey(),
    })
    expect(exitCode).toBe(5)
    expect(stderr).toContain('Raise the budget to at least 2')
  })

  test('6: some units failed', async () => {
    const id = await bench.aJob([0, 2], [1, 3])
    const { exitCode, stderr } = await run(['watch', id])
    expect(exitCode).toBe(6)
    expect(stderr).toContain('2 of 4 units failed and cost nothing: 1, 3.')
  })

  test('an error says what, where and what next; with --json as one object', async () => {
    const text = await run(['submit', 'nowhere'])
    expect(text.stderr).toBe(
      'mask: The job folder does not exist.\n  where: nowhere\n  next:  Name a folder with a job.json, e.g. shaders/path-tracer.\n',
    )
    const json = await run(['submit', 'nowhere', '--json'])
    expect(json.stdout).toBe('')
    expect(JSON.parse(json.stderr)).toEqual({
      error: {
        code: 'folderInvalid',
        message: 'The job folder does not exist.',
        where: 'nowhere',
        next: 'Name a folder with a job.json, e.g. shaders/path-tracer.',
      },
    })
  })
})
