import { PassThrough } from 'node:stream'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { confirm } from '#client/command/confirmation.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { aResult, aSpec } from '#test/client/a-job.ts'
import { CommandBench } from '#test/client/command-bench.ts'
import { problem } from '#test/client/small-job.ts'

const bench = CommandBench.use()
const key = generatePrivateKey()
const account = privateKeyToAccount(key)
let env: Record<string, string>
let id: JobId

beforeEach(async () => {
  env = { ...(await bench.start()), MASK_KEY: key }
  const { spec, bytes } = aSpec()
  id = bench.coordinator.addJob(spec, bytes, account.address.toLowerCase() as Hex).id
  await bench.coordinator.accept(id, 0, aResult(0))
  await bench.coordinator.move(id, 1, 'committed')
})

const run = (...words: string[]) => bench.desk.run(words, env)

describe('[R33] pause, resume and cancel', () => {
  test('pause and resume, twice each: the second changes nothing', async () => {
    for (const [action, text, control] of [
      ['pause', 'Squares: paused; running (2 queued, 1 committed, 1 accepted)', 'paused'],
      ['resume', 'Squares: running (2 queued, 1 committed, 1 accepted)', 'none'],
    ] as const)
      for (let time = 0; time < 2; time += 1) {
        const { exitCode, stdout } = await run(action, id)
        expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${text}; 0.5 MASK charged so far\n` })
        expect(bench.coordinator.job(id).control).toBe(control)
      }
  })

  test('cancel: what is queued is not computed, what was committed goes on; --json gives the job', async () => {
    const { exitCode, stdout } = await run('cancel', id, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ id, control: 'cancelled', state: 'running' },
      units: { queued: 0, committed: 1, accepted: 1, cancelled: 2 },
    })
    expect((await run('cancel', id, '--yes')).stdout).toContain('cancelled; what has been begun is finished')
    const resumed = await run('resume', id)
    expect(resumed.exitCode).toBe(1)
    expect(resumed.stderr).toContain('cannot be undone')
  })

  test('3: another key is refused here, and by the coordinator too', async () => {
    const other = generatePrivateKey()
    const { exitCode, stderr } = await bench.desk.run(['cancel', id, '--yes'], { ...env, MASK_KEY: other })
    expect(exitCode).toBe(3)
    expect(stderr).toContain(`The job was submitted by ${account.address.toLowerCase()}.`)
    expect(bench.coordinator.requests.some((request) => request.startsWith('POST'))).toBe(false)
    const mask = new MaskClient({ baseUrl: bench.coordinator.url })
    await expect(
      mask.job(id).control('cancel', { account: privateKeyToAccount(other) }),
    ).rejects.toMatchObject({ code: 'badSignature' })
    expect(bench.coordinator.job(id).control).toBe('none')
  })

  test('3: without a key none is made', async () => {
    const { MASK_URL = '' } = env
    const { exitCode, stderr } = await bench.desk.run(['pause', id], { MASK_URL })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('MASK_KEY')
  })

  test('an answer that was lost: it is signed anew, since the first was heard', async () => {
    let lost = 0
    bench.coordinator.faults.push(async (context) => {
      if (!context.req.path.endsWith('/control') || lost > 0) return undefined
      lost += 1
      bench.coordinator.job(id).controlledAtMs = (
        (await context.req.raw.clone().json()) as { atMs: number }
      ).atMs
      return problem(context, new Refusal('draining', 'Stopping.'))
    })
    const mask = new MaskClient({ baseUrl: bench.coordinator.url, timing: { retryMs: 5 } })
    expect((await mask.job(id).control('pause', { account })).control).toBe('paused')
    expect(lost).toBe(1)
  })
})

describe('[R33] the question before a job is cancelled', () => {
  const ask = (said: string | undefined, signal = new AbortController().signal) => {
    const input = new PassThrough()
    if (said !== undefined) input.end(said)
    return confirm('Sure?', { input, output: new PassThrough(), signal })
  }
  test.each([
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
    ['yellow\n', false],
    ['', false],
  ])('%j: %s', async (said, yes) => {
    expect(await ask(said)).toBe(yes)
  })

  test('Ctrl-C ends it with its reason', async () => {
    const controller = new AbortController()
    const answer = ask(undefined, controller.signal)
    controller.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })
})
