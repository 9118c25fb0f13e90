import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { decode } from 'fast-png'
import { generatePrivateKey } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JobId } from '#protocol/ids.ts'
import { aJobJson, anImageJobJson, aResult, aSpec, someFiles } from '#test/client/a-job.ts'
import { Desk } from '#test/client/command-line.ts'
import { SmallCoordinator, type SmallCoordinatorOptions } from '#test/client/small-coordinator.ts'
import { TestChain } from '#test/client/test-chain.ts'

let desk: Desk
let coordinator: SmallCoordinator
let chain: TestChain | undefined

beforeEach(async () => {
  desk = await Desk.make()
})
afterEach(async () => {
  await desk.clear()
  await coordinator.stop()
})
afterAll(() => chain?.stop())

/** A coordinator, and the environment that makes `mask` ask it. */
async function start(options: SmallCoordinatorOptions = {}) {
  coordinator = await SmallCoordinator.start(options)
  return { MASK_URL: coordinator.url }
}

async function aJobFolder(json: object = aJobJson(), name = 'squares'): Promise<string> {
  await mkdir(desk.path(name))
  await writeFile(desk.path(name, 'job.json'), JSON.stringify(json))
  for (const [file, bytes] of someFiles()) await writeFile(desk.path(name, file), bytes)
  return name
}

/** A job of the coordinator with these units accepted and those failed. */
async function aJob(accepted: readonly number[], failed: readonly number[] = []): Promise<JobId> {
  const { spec, bytes } = aSpec()
  const { id } = coordinator.addJob(spec, bytes)
  for (const unit of accepted) await coordinator.accept(id, unit, aResult(unit))
  for (const unit of failed) await coordinator.move(id, unit, 'failed')
  return id
}

const sha256 = (bytes: Uint8Array) => `0x${createHash('sha256').update(bytes).digest('hex')}`

describe('[R20] exit codes', () => {
  beforeEach(() => start({ development: false }))

  const run = (words: readonly string[], env: Record<string, string> = {}) =>
    desk.run(words, { MASK_URL: coordinator.url, ...env })

  test('0: help', async () => {
    const { exitCode, stdout } = await run(['--help'])
    expect(exitCode).toBe(0)
    for (const command of ['dev', 'submit', 'watch', 'fetch', 'run']) expect(stdout).toContain(command)
  })

  test.each([
    ['no command', []],
    ['an unknown command', ['render']],
    ['an unknown option', ['watch', `0x${'ee'.repeat(32)}`, '--fast']],
    ['no folder', ['submit']],
    ['a job id that is none', ['watch', '0x12']],
    ['an address that is none', ['watch', `0x${'ee'.repeat(32)}`, '--url', 'localhost']],
    ['a nonce that is none', ['submit', '.', '--nonce', '7']],
  ])('2: %s', async (_what, words) => {
    const { exitCode, stdout, stderr } = await run(words)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toBe('')
  })

  test('2: an image that is not to be called .png', async () => {
    const folder = await aJobFolder(anImageJobJson(4, 4, [2, 2]))
    const { exitCode, stderr } = await run(['run', folder, '--out', 'bunny.jpg'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.png')
    expect(coordinator.requests).toEqual([])
  })

  test('1: no coordinator, with its address and what to do', async () => {
    await coordinator.stop()
    const { exitCode, stdout, stderr } = await run(['submit', await aJobFolder()])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`No coordinator answers at ${coordinator.url}`)
    expect(stderr).toContain('npm start')
  })

  test('1: a job nobody knows', async () => {
    const { exitCode, stderr } = await run(['watch', `0x${'ee'.repeat(32)}`])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('There is no job 0xeeee')
  })

  test('1: a job that is not finished', async () => {
    const { exitCode, stderr } = await run(['fetch', await aJob([0]), '--out', 'here'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('1 of 4 units')
    expect(existsSync(desk.path('here'))).toBe(false)
  })

  test('1: an output folder that cannot be', async () => {
    const id = await aJob([0, 1, 2, 3])
    await writeFile(desk.path('file'), '')
    const { exitCode, stderr } = await run(['fetch', id, '--out', 'file/below'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('cannot be written')
  })

  test('3: no key outside development networks', async () => {
    const { exitCode, stderr } = await run(['submit', await aJobFolder()])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('MASK_KEY')
    expect(existsSync(desk.path('state'))).toBe(false)
  })

  test('3: a key that is none, which is not repeated', async () => {
    const { exitCode, stderr } = await run(['submit', await aJobFolder()], { MASK_KEY: '0xsecret' })
    expect(exitCode).toBe(3)
    expect(stderr).not.toContain('secret')
  })

  test('4: job.json that does not parse, with line and column', async () => {
    const folder = await aJobFolder()
    await writeFile(desk.path(folder, 'job.json'), '{\n  "name": "x",\n}')
    const { exitCode, stderr } = await run(['submit', folder])
    expect(exitCode).toBe(4)
    expect(stderr).toContain('job.json, line 3, column 1')
    expect(coordinator.requests).toEqual([])
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
    const { exitCode, stderr } = await run(['submit', await aJobFolder(aJobJson(changes))], {
      MASK_KEY: generatePrivateKey(),
    })
    expect(stderr).toContain(named)
    expect(exitCode).toBe(4)
  })

  test('5: a budget below the cost', async () => {
    const json = aJobJson({ price: { perUnitMask: '0.5', budgetMask: '1' } })
    const { exitCode, stderr } = await run(['submit', await aJobFolder(json)], {
      MASK_KEY: generatePrivateKey(),
    })
    expect(exitCode).toBe(5)
    expect(stderr).toContain('Raise the budget to at least 2')
  })

  test('6: some units failed', async () => {
    const id = await aJob([0, 2], [1, 3])
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

describe('[R21] watch', () => {
  test('a settled job: its summary on stdout, and the end', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2, 3])
    await coordinator.settle(id)
    const { exitCode, stdout, stderr } = await desk.run(['watch', id], env)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(id)
    expect(stdout).toContain('4 of 4 accepted')
    expect(stdout).toContain('2 MASK of a budget of 3; 1 came back')
    expect(stderr).toContain('mask fetch')
  })

  test('ends when the last unit is decided, with lines and no escape codes in a log', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2])
    const running = desk.start(['watch', id], env)
    await running.said('running (1 queued, 3 accepted)')
    await coordinator.accept(id, 3, aResult(3))
    const { exitCode, stdout, stderr } = await running.ended
    expect(stderr).not.toContain('\x1b')
    expect(stdout).not.toContain('\x1b')
    expect(exitCode).toBe(0)
  })

  test('--settled waits for the settlement', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2, 3])
    const running = desk.start(['watch', id, '--settled'], env)
    await running.said('finished, not yet settled')
    await coordinator.settle(id)
    expect((await running.ended).stdout).toContain('settled: paid out')
  })

  test('--json: each event a line, sums as text', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2])
    const running = desk.start(['watch', id, '--json'], env)
    await running.said('snapshot')
    await coordinator.accept(id, 3, aResult(3))
    const events = (await running.ended).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(events).toEqual([
      expect.objectContaining({ kind: 'snapshot', units: 'aaaq' }),
      expect.objectContaining({
        kind: 'units',
        changed: [[3, 'a']],
        job: expect.objectContaining({ budgetWei: '3000000000000000000' }) as unknown,
      }),
    ])
  })

  test('says at once when too few lend a GPU', async () => {
    const env = await start()
    coordinator.providersOnline = 1
    const id = await aJob([])
    const running = desk.start(['watch', id], env)
    await running.said(`1 lend a GPU now, 2 are needed to check each other: open ${coordinator.url}`)
    running.process.kill('SIGINT')
    await running.ended
  })

  test('goes on over a restart of the coordinator, and says that it does', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2])
    const running = desk.start(['watch', id], env)
    await running.said('running')
    const { port } = new URL(coordinator.url)
    await coordinator.stop()
    await running.said('Trying again.')
    await coordinator.listen(Number(port))
    await running.said('The line is open again.')
    await coordinator.accept(id, 3, aResult(3))
    expect((await running.ended).exitCode).toBe(0)
  })

  test('[R25] names from strangers cannot rewrite the screen', async () => {
    const env = await start()
    const { spec, bytes } = aSpec(aJobJson({ name: 'a\x1b[2Jb\x07' }))
    const { id } = coordinator.addJob(spec, bytes)
    for (const unit of [0, 1, 2, 3]) await coordinator.accept(id, unit, aResult(unit))
    const { stdout, stderr } = await desk.run(['watch', id], env)
    expect(stdout).toContain('a\\x1b[2Jb\\x07')
    expect(`${stdout}${stderr}`).not.toMatch(/[\x1b\x07]/) // eslint-disable-line no-control-regex -- must not be there
  })
})

describe('[R22] Ctrl-C', () => {
  test('detaches: the job goes on, and the way back is printed', async () => {
    const env = await start()
    const id = await aJob([0])
    const running = desk.start(['watch', id], env)
    await running.said('running')
    running.process.kill('SIGINT')
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain('the job goes on')
    expect(stderr).toContain(`mask watch ${id}`)
    expect(coordinator.requests.every((request) => request.startsWith('GET'))).toBe(true)
  })

  test('while a coordinator is waited for ends at once', async () => {
    const env = await start()
    const id = await aJob([0])
    const running = desk.start(['watch', id], env)
    await running.said('running')
    await coordinator.stop()
    await running.said('Trying again.')
    running.process.kill('SIGINT')
    expect((await running.ended).exitCode).toBe(130)
  })
})

describe('[R23] fetch', () => {
  test('an image: the very pixels, and a manifest that tells how they came about', async () => {
    const env = await start()
    const json = anImageJobJson(3, 2, [2, 2])
    const { spec, bytes } = aSpec({ ...json, collect: { ...(json['collect'] as object), toneMap: 'linear' } })
    const { id, specId } = coordinator.addJob(spec, bytes)
    const tiles = [0.2, 0.6].map((value) => new Uint8Array(new Float32Array(16).fill(value).buffer))
    for (const [unit, tile] of tiles.entries()) await coordinator.accept(id, unit, tile)
    await coordinator.settle(id)

    const { exitCode, stdout } = await desk.run(['fetch', id, '--out', 'deep/here'], env)
    expect(exitCode).toBe(0)
    expect(stdout).toBe('deep/here/result.png\ndeep/here/manifest.json\n')
    const file = await readFile(desk.path('deep/here/result.png'))
    const row = [51, 51, 51, 51, 51, 51, 51, 51, 153, 153, 153, 153]
    const picture = decode(file)
    expect({ ...picture, data: [...picture.data] }).toMatchObject({
      width: 3,
      height: 2,
      channels: 4,
      depth: 8,
      data: [...row, ...row],
    })
    expect(JSON.parse(await readFile(desk.path('deep/here/manifest.json'), 'utf8'))).toMatchObject({
      job: id,
      spec: specId,
      complete: true,
      state: 'settled',
      result: {
        bytes: file.length,
        sha256: sha256(file),
        image: { width: 3, height: 2, rgbaSha256: sha256(Uint8Array.from([...row, ...row])) },
      },
      units: { total: 2, accepted: 2, failed: 0, failedUnits: [] },
      verification: { quorum: 2 },
      cost: { unitPriceWei: '500000000000000000', chargedWei: '1000000000000000000' },
      unitSha256: tiles.map(sha256),
    })
    expect(await readdir(desk.path('deep/here'))).toEqual(['manifest.json', 'result.png'])
  })

  test('raw bytes in unit order', async () => {
    const env = await start()
    const id = await aJob([3, 1, 0, 2])
    const { exitCode } = await desk.run(['fetch', id, '--out', '.'], env)
    expect(exitCode).toBe(0)
    const file = await readFile(desk.path('result.bin'))
    expect(new Uint8Array(file)).toEqual(new Uint8Array(Uint32Array.of(100, 101, 102, 103).buffer))
    expect(JSON.parse(await readFile(desk.path('manifest.json'), 'utf8'))).toMatchObject({
      result: { sha256: sha256(file) },
    })
  })

  test('failed units: zero in the result, null among the digests, exit code 6', async () => {
    const env = await start()
    const id = await aJob([0, 2], [1, 3])
    const { exitCode, stdout } = await desk.run(['fetch', id, '--out', '.', '--json'], env)
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, units: { failedUnits: [1, 3] } })
    const file = await readFile(desk.path('result.bin'))
    expect(new Uint8Array(file)).toEqual(new Uint8Array(Uint32Array.of(100, 0, 102, 0).buffer))
    const { unitSha256 } = JSON.parse(await readFile(desk.path('manifest.json'), 'utf8')) as {
      unitSha256: unknown[]
    }
    expect(unitSha256).toEqual([sha256(aResult(0)), null, sha256(aResult(2)), null])
  })

  test('--partial takes what is there', async () => {
    const env = await start()
    const id = await aJob([1])
    const { exitCode } = await desk.run(['fetch', id, '--out', '.', '--partial'], env)
    expect(exitCode).toBe(6)
    expect(new Uint8Array(await readFile(desk.path('result.bin')))).toEqual(
      new Uint8Array(Uint32Array.of(0, 101, 0, 0).buffer),
    )
  })

  test('that fails leaves nothing half written, and what was there before', async () => {
    const env = await start()
    const id = await aJob([0, 1, 2, 3])
    await writeFile(desk.path('result.bin'), 'former')
    coordinator.job(id).results.set(2, new Uint8Array(3))
    const { exitCode, stderr } = await desk.run(['fetch', id, '--out', '.'], env)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('has 3 bytes; the unit has 4')
    expect(await readdir(desk.folder)).toEqual(['result.bin'])
    expect(await readFile(desk.path('result.bin'), 'utf8')).toBe('former')
  })
})

describe('[R21] submit and run', () => {
  beforeAll(async () => {
    chain = await TestChain.start()
  })

  /** The job, as soon as its money is there. */
  async function theFundedJob(): Promise<JobId> {
    await expect.poll(() => [...coordinator.jobs.values()][0]?.state, { timeout: 20_000 }).toBe('running')
    return [...coordinator.jobs.keys()][0] ?? '0x'
  }

  test('submit prints the id alone; key and coins come by themselves in a development network', async () => {
    const env = await start({ chain: chain as TestChain })
    const { exitCode, stdout, stderr } = await desk.run(['submit', await aJobFolder()], env)
    expect(stderr).toContain('Paid 3 MASK into the escrow')
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`${await theFundedJob()}\n`)
    expect(existsSync(desk.path('state/mask/requester.key'))).toBe(true)
  })

  test('submit --json: one object; again with its nonce: the same job, and nothing paid', async () => {
    const env = await start({ chain: chain as TestChain })
    const folder = await aJobFolder()
    const first = JSON.parse((await desk.run(['submit', folder, '--json'], env)).stdout) as Record<
      string,
      string
    >
    expect(first).toMatchObject({ job: await theFundedJob(), unitCount: 4, paidWei: '3000000000000000000' })
    expect(first['transaction']).toMatch(/^0x[0-9a-f]{64}$/)
    const again = await desk.run(['submit', folder, '--json', '--nonce', first['nonce'] ?? ''], env)
    expect(JSON.parse(again.stdout)).toEqual({ ...first, paidWei: '0', transaction: null })
  })

  test('a submission that fails after it is registered says how to continue it', async () => {
    const env = await start({ chain: chain as TestChain })
    const folder = await aJobFolder()
    coordinator.faults.push(async (context) => {
      if (context.req.path !== '/rpc') return undefined
      const { method, id } = (await context.req.raw.clone().json()) as { method: string; id: number }
      if (method !== 'eth_sendRawTransaction') return undefined
      return context.json({ jsonrpc: '2.0', id, error: { code: -32000, message: 'the pool is full' } })
    })
    const { exitCode, stdout, stderr } = await desk.run(['submit', folder], env)
    expect(exitCode).toBe(1)
    expect(stdout).toBe('')
    const [, nonce = ''] = /mask submit squares --nonce (0x[0-9a-f]{64})/.exec(stderr) ?? []
    coordinator.faults.pop()
    const again = await desk.run(['submit', folder, '--nonce', nonce], env)
    expect(again.stdout).toBe(`${await theFundedJob()}\n`)
  })

  test('5: a balance below the budget', async () => {
    const env = await start({ chain: chain as TestChain, faucetWei: 10n ** 18n })
    const { exitCode, stderr } = await desk.run(['submit', await aJobFolder()], env)
    expect(exitCode).toBe(5)
    expect(stderr).toContain('The account holds 1 MASK; the job needs 3.')
  })

  test('run: from a folder to a picture', async () => {
    const env = await start({ chain: chain as TestChain })
    const folder = await aJobFolder(anImageJobJson(4, 2, [2, 2]), 'picture')
    const running = desk.start(['run', folder], env)
    const id = await theFundedJob()
    for (const unit of [1, 0])
      await coordinator.accept(id, unit, new Uint8Array(new Float32Array(16).fill(1).buffer))
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(0)
    expect(stdout).toBe('picture.png\npicture.manifest.json\n')
    expect([...decode(await readFile(desk.path('picture.png'))).data]).toEqual(Array<number>(32).fill(255))
  })

  test('run --json: one object at the end; a job with failed units ends in 6', async () => {
    const env = await start({ chain: chain as TestChain })
    const running = desk.start(['run', await aJobFolder(), '--out', 'out/squares.bin', '--json'], env)
    const id = await theFundedJob()
    for (const unit of [0, 1, 2]) await coordinator.accept(id, unit, aResult(unit))
    await coordinator.move(id, 3, 'failed')
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      job: id,
      complete: false,
      result: { file: 'out/squares.bin' },
    })
    expect((await readdir(desk.path('out'))).map((file) => basename(file))).toEqual([
      'squares.bin',
      'squares.manifest.json',
    ])
  })

  test('[R22] run and Ctrl-C: the paid job goes on', async () => {
    const env = await start({ chain: chain as TestChain })
    const running = desk.start(['run', await aJobFolder()], env)
    const id = await theFundedJob()
    await running.said('Squares: running')
    running.process.kill('SIGINT')
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain(`mask watch ${id}`)
  })
})

describe('[R24] the node that runs it', () => {
  const systemNode = ['/usr/bin/node', '/usr/local/bin/node', '/bin/node'].find((path) => {
    return (
      existsSync(path) && execFileSync(path, ['-p', '!process.features.typescript']).toString() === 'true\n'
    )
  })

  beforeEach(() => start())

  test.skipIf(!systemNode)(
    'an old one hands over to that of the project, with arguments, exit code and signals',
    async () => {
      const help = await desk.run(['--help'], {}, systemNode)
      expect(help).toMatchObject({ exitCode: 0, stderr: '' })
      const wrong = await desk.run(['watch', '0x12'], {}, systemNode)
      expect(wrong.exitCode).toBe(2)
      const id = await aJob([0])
      const running = desk.start(['watch', id], { MASK_URL: coordinator.url }, systemNode)
      await running.said('running')
      running.process.kill('SIGINT')
      expect((await running.ended).exitCode).toBe(130)
    },
  )

  test.skipIf(!systemNode)('where there is no other it says what it needs', async () => {
    const { exitCode, stderr } = await desk.run(['--help'], { MASK_NODE_TAKEN_OVER: '1' }, systemNode)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('needs Node 22.18 or later')
    expect(stderr).toContain('npm install')
  })
})

describe('[R26] dev', () => {
  beforeEach(() => start())

  test('hands its flags to the coordinator, and the exit code back', async () => {
    const { exitCode, stderr } = await desk.run(['dev', '--port', 'high'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('port')
    expect((await desk.run(['dev', '--help'])).stdout).toContain('--port')
  })

  test('starts a coordinator, says where its page is, and ends with it', async () => {
    const running = desk.start(['dev', '--port', '0', '--data', 'data'])
    await running.said('MASK is up at http://127.0.0.1:')
    running.process.kill('SIGTERM')
    expect((await running.ended).exitCode).toBe(0)
  })
})
