import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobId } from '#protocol/ids.ts'
import { parseMask } from '#protocol/money.ts'
import { Refusal } from '#protocol/refusal.ts'
import { anImageJobJson, aResult } from '#test/client/a-job.ts'
import { CommandBench } from '#test/client/command-bench.ts'
import { problem } from '#test/client/small-job.ts'
import { TestChain } from '#test/client/test-chain.ts'

const bench = CommandBench.use()
const mask = (text: string) => parseMask(text) ?? 0n
let chain: TestChain

afterAll(() => chain.stop())

describe('[R21] submit and run', () => {
  beforeAll(async () => {
    chain = await TestChain.start()
  })

  /** The job, as soon as its money is there. */
  async function theFundedJob(): Promise<JobId> {
    await expect
      .poll(() => [...bench.coordinator.jobs.values()][0]?.state, { timeout: 20_000 })
      .toBe('running')
    return [...bench.coordinator.jobs.keys()][0] ?? '0x'
  }

  test('submit prints the id alone; key and coins come by themselves in a development network', async () => {
    const env = await bench.start({ chain })
    const { exitCode, stdout, stderr } = await bench.desk.run(['submit', await bench.aJobFolder()], env)
    expect(stderr).toContain('Paid 3 MASK into the escrow')
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`${await theFundedJob()}\n`)
    expect(existsSync(bench.desk.path('state/mask/requester.key'))).toBe(true)
  })

  test('submit --json: one object; again with its nonce: the same job, and nothing paid', async () => {
    const env = await bench.start({ chain })
    const folder = await bench.aJobFolder()
    const first = JSON.parse((await bench.desk.run(['submit', folder, '--json'], env)).stdout) as Record<
      string,
      string
    >
    expect(first).toMatchObject({ job: await theFundedJob(), unitCount: 4, paidWei: '3000000000000000000' })
    expect(first['transaction']).toMatch(/^0x[0-9a-f]{64}$/)
    const again = await bench.desk.run(['submit', folder, '--json', '--nonce', first['nonce'] ?? ''], env)
    expect(first['waiting']).toMatchObject({ reason: 'awaitingFunds', matching: 2 })
    const rest = { waiting: null, paidWei: '0', transaction: null }
    expect(JSON.parse(again.stdout)).toEqual({ ...first, ...rest })
  })

  test('a submission that fails after it is registered says how to continue it', async () => {
    const env = await bench.start({ chain })
    const folder = await bench.aJobFolder()
    bench.coordinator.faults.push(async (context) => {
      if (context.req.path !== '/rpc') return undefined
      const { method, id } = (await context.req.raw.clone().json()) as { method: string; id: number }
      if (method !== 'eth_sendRawTransaction') return undefined
      return context.json({ jsonrpc: '2.0', id, error: { code: -32000, message: 'the pool is full' } })
    })
    const { exitCode, stdout, stderr } = await bench.desk.run(['submit', folder], env)
    expect(exitCode).toBe(1)
    expect(stdout).toBe('')
    const [, nonce = ''] = /mask submit squares --nonce (0x[0-9a-f]{64})/.exec(stderr) ?? []
    bench.coordinator.faults.pop()
    const again = await bench.desk.run(['submit', folder, '--nonce', nonce], env)
    expect(again.stdout).toBe(`${await theFundedJob()}\n`)
  })

  test('says before it pays that nobody could compute it now, why, and what would help', async () => {
    const env = await bench.start({ chain })
    bench.coordinator.waiting = {
      ...{ reason: 'nobodyMatches', providersOnline: 3, matching: 0, free: 0, needed: 2 },
      failing: [
        {
          condition: 'price',
          providers: 2,
          only: 2,
          paysWeiPerHour: mask('0.36'),
          asksWeiPerHour: mask('0.378'),
        },
        { condition: 'feature', providers: 1, only: 1, feature: 'shader-f16' },
      ],
      suggestions: [{ change: { kind: 'price', perUnitWei: mask('0.0021') }, matches: 2 }],
    }
    const { exitCode, stdout, stderr } = await bench.desk.run(['submit', await bench.aJobFolder()], env)
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`${await theFundedJob()}\n`)
    const said = stderr.indexOf(
      'It will wait. 0 of 3 providers match, 2 are needed to check each other: 2 ask for more than 0.36 MASK per GPU-hour (0.0021 per unit would match 2), 1 lacks shader-f16\n',
    )
    expect(said).toBeGreaterThan(0)
    expect(stderr.indexOf('Paid 3 MASK')).toBeGreaterThan(said)
  })

  test('4: a job that nobody could ever run is refused with the reason, and nothing is paid', async () => {
    const env = await bench.start({ chain })
    bench.coordinator.faults.push((context) =>
      context.req.method === 'POST' && context.req.path === '/api/v1/jobs'
        ? problem(
            context,
            new Refusal('jobUnrunnable', 'No GPU has a maxBufferSize of 1e15.', {
              where: 'requires.limits.maxBufferSize',
              next: 'Lower it.',
            }),
          )
        : undefined,
    )
    const { exitCode, stdout, stderr } = await bench.desk.run(['submit', await bench.aJobFolder()], env)
    expect(exitCode).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toContain('mask: No GPU has a maxBufferSize of 1e15.')
    expect(stderr).toContain('  where: requires.limits.maxBufferSize\n  next:  Lower it.\n')
    expect(stderr).not.toContain('Paid')
  })

  test('a job that was cancelled is not paid again', async () => {
    const env = await bench.start({ chain })
    const folder = await bench.aJobFolder()
    const first = JSON.parse((await bench.desk.run(['submit', folder, '--json'], env)).stdout) as Record<
      string,
      string
    >
    bench.coordinator.job(await theFundedJob()).control = 'cancelled'
    const again = await bench.desk.run(['submit', folder, '--nonce', first['nonce'] ?? ''], env)
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('was cancelled')
    expect(again.stderr).not.toContain('Continue this very job')
  })

  test('5: a balance below the budget', async () => {
    const env = await bench.start({ chain: chain, faucetWei: 10n ** 18n })
    const { exitCode, stderr } = await bench.desk.run(['submit', await bench.aJobFolder()], env)
    expect(exitCode).toBe(5)
    expect(stderr).toContain('The account holds 1 MASK; the job needs 3.')
  })

  test('run: from a folder to a picture', async () => {
    const env = await bench.start({ chain })
    const folder = await bench.aJobFolder(anImageJobJson(4, 2, [2, 2]), 'picture')
    const running = bench.desk.start(['run', folder], env)
    const id = await theFundedJob()
    for (const unit of [1, 0])
      await bench.coordinator.accept(id, unit, new Uint8Array(new Float32Array(16).fill(1).buffer))
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(0)
    expect(stdout).toBe('picture.png\npicture.manifest.json\n')
    expect([...decode(await readFile(bench.desk.path('picture.png'))).data]).toEqual(
      Array<number>(32).fill(255),
    )
  })

  test('run --json: one object at the end; a job with failed units ends in 6', async () => {
    const env = await bench.start({ chain })
    const running = bench.desk.start(
      ['run', await bench.aJobFolder(), '--out', 'out/squares.bin', '--json'],
      env,
    )
    const id = await theFundedJob()
    for (const unit of [0, 1, 2]) await bench.coordinator.accept(id, unit, aResult(unit))
    await bench.coordinator.move(id, 3, 'failed')
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      job: id,
      complete: false,
      result: { file: 'out/squares.bin' },
    })
    expect((await readdir(bench.desk.path('out'))).map((file) => basename(file))).toEqual([
      'squares.bin',
      'squares.manifest.json',
    ])
  })

  test('[R22] run and Ctrl-C: the paid job goes on', async () => {
    const env = await bench.start({ chain })
    const running = bench.desk.start(['run', await bench.aJobFolder()], env)
    const id = await theFundedJob()
    await running.said('Squares: running')
    running.process.kill('SIGINT')
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain(`mask watch ${id}`)
  })
})
