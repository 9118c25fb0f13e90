import { describe, expect, test } from 'vitest'
import { aJobJson, aResult, aSpec } from '#test/client/a-job.ts'
import type { WaitingView } from '#protocol/waiting.ts'
import { CommandBench } from '#test/client/command-bench.ts'

const bench = CommandBench.use()

const nobody: WaitingView = {
  reason: 'noProviders',
  ...{ providersOnline: 0, matching: 0, free: 0, needed: 2, failing: [], suggestions: [] },
}

describe('[R21] watch', () => {
  test('a settled job: its summary on stdout, and the end', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2, 3])
    await bench.coordinator.settle(id)
    const { exitCode, stdout, stderr } = await bench.desk.run(['watch', id], env)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(id)
    expect(stdout).toContain('4 of 4 accepted')
    expect(stdout).toContain('2 MASK of a budget of 3; 1 came back')
    expect(stderr).toContain('mask fetch')
  })

  test('ends when the last unit is decided, with lines and no escape codes in a log', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    const running = bench.desk.start(['watch', id], env)
    await running.said('running (1 queued, 3 accepted)')
    await bench.coordinator.accept(id, 3, aResult(3))
    const { exitCode, stdout, stderr } = await running.ended
    expect(stderr).not.toContain('\x1b')
    expect(stdout).not.toContain('\x1b')
    expect(exitCode).toBe(0)
  })

  test('--settled waits for the settlement', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2, 3])
    const running = bench.desk.start(['watch', id, '--settled'], env)
    await running.said('finished, not yet settled')
    await bench.coordinator.settle(id)
    expect((await running.ended).stdout).toContain('settled: paid out')
  })

  test('--json: each event a line, sums as text', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    const running = bench.desk.start(['watch', id, '--json'], env)
    await running.said('snapshot')
    await bench.coordinator.accept(id, 3, aResult(3))
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

  test('says at once when too few lend a GPU, and no more when enough do', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    const alone = { ...nobody, providersOnline: 1, matching: 1, reason: 'tooFewMatch' } as const
    await bench.coordinator.wait(id, alone)
    const running = bench.desk.start(['watch', id], env)
    await running.said(
      `1 of 1 provider matches, 2 are needed to check each other: open ${bench.coordinator.url}`,
    )
    await bench.coordinator.wait(id, null)
    await bench.coordinator.accept(id, 3, aResult(3))
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(0)
    expect(stderr.split('are needed to check').length).toBe(2)
  })

  test('says it again in other words when the reason changes', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    await bench.coordinator.wait(id, nobody)
    const running = bench.desk.start(['watch', id], env)
    await running.said(`Nobody lends a GPU now: open ${bench.coordinator.url}`)
    await bench.coordinator.wait(id, {
      ...{ ...nobody, reason: 'nobodyMatches', providersOnline: 3 },
      failing: [{ condition: 'feature', feature: 'shader-f16', providers: 3, only: 3 }],
      suggestions: [{ change: { kind: 'feature', feature: 'shader-f16' }, matches: 3 }],
    })
    await running.said('3 lack shader-f16 (a kernel without it would match 3)')
    await bench.coordinator.accept(id, 3, aResult(3))
    expect((await running.ended).exitCode).toBe(0)
  })

  test('provisional units are shown, and are not the end', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    await bench.coordinator.provide(id, 3, aResult(3))
    const running = bench.desk.start(['watch', id], env)
    await running.said('running (1 provisional, 3 accepted)')
    await bench.coordinator.accept(id, 3, aResult(3))
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain('4 of 4 accepted, 0 failed\n')
  })

  test('a cancelled job ends partial, and says how many units were not computed', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0])
    for (const unit of [1, 2, 3]) await bench.coordinator.move(id, unit, 'cancelled')
    const { exitCode, stdout, stderr } = await bench.desk.run(['watch', id], env)
    expect(exitCode).toBe(6)
    expect(stdout).toContain('1 of 4 accepted, 0 failed, 3 cancelled')
    expect(stderr).toContain('3 of 4 units were cancelled and cost nothing.')
  })

  test('goes on over a restart of the coordinator, and says that it does', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0, 1, 2])
    const running = bench.desk.start(['watch', id], env)
    await running.said('running')
    const { port } = new URL(bench.coordinator.url)
    await bench.coordinator.stop()
    await running.said('Trying again.')
    await bench.coordinator.listen(Number(port))
    await running.said('The line is open again.')
    await bench.coordinator.accept(id, 3, aResult(3))
    expect((await running.ended).exitCode).toBe(0)
  })

  test('[R25] names from strangers cannot rewrite the screen', async () => {
    const env = await bench.start()
    const { spec, bytes } = aSpec(aJobJson({ name: 'a\x1b[2Jb\x07' }))
    const { id } = bench.coordinator.addJob(spec, bytes)
    for (const unit of [0, 1, 2, 3]) await bench.coordinator.accept(id, unit, aResult(unit))
    const { stdout, stderr } = await bench.desk.run(['watch', id], env)
    expect(stdout).toContain('a\\x1b[2Jb\\x07')
    expect(`${stdout}${stderr}`).not.toMatch(/[\x1b\x07]/) // eslint-disable-line no-control-regex -- must not be there
  })
})

describe('[R22] Ctrl-C', () => {
  test('detaches: the job goes on, and the way back is printed', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0])
    const running = bench.desk.start(['watch', id], env)
    await running.said('running')
    running.process.kill('SIGINT')
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain('the job goes on')
    expect(stderr).toContain(`mask watch ${id}`)
    expect(bench.coordinator.requests.every((request) => request.startsWith('GET'))).toBe(true)
  })

  test('while a coordinator is waited for ends at once', async () => {
    const env = await bench.start()
    const id = await bench.aJob([0])
    const running = bench.desk.start(['watch', id], env)
    await running.said('running')
    await bench.coordinator.stop()
    await running.said('Trying again.')
    running.process.kill('SIGINT')
    expect((await running.ended).exitCode).toBe(130)
  })
})
