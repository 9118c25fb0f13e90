import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobEvent } from '#protocol/api.ts'
import type { Job } from '#client/sdk/job.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { UnitMap } from '#client/sdk/unit-map.ts'
import { aJobJson, aResult, aSpec } from '#test/client/a-job.ts'
import { SmallCoordinator } from '#test/client/small-coordinator.ts'
import { listOf } from '#test/client/list-of.ts'

const quick = { retryMs: 1, retryMsMax: 2, patienceMs: 500 }

let coordinator: SmallCoordinator
let job: Job

beforeEach(async () => {
  coordinator = await SmallCoordinator.start()
  const { spec, bytes } = aSpec()
  const { id } = coordinator.addJob(spec, bytes)
  job = new MaskClient({ baseUrl: coordinator.url, timing: quick }).job(id)
})
afterEach(() => coordinator.stop())

async function next<Value>(iterator: AsyncIterator<Value, void, undefined>): Promise<Value> {
  const step = await iterator.next()
  if (step.done) throw new Error('ended early')
  return step.value
}

describe('[R5] events', () => {
  test('a snapshot comes first, then changes, until the job is settled', async () => {
    const events = job.events()
    const first = await next(events)
    expect(first).toMatchObject({ kind: 'snapshot', units: 'qqqq' })
    await coordinator.move(job.id, 2, 'leased')
    expect(await next(events)).toMatchObject({ kind: 'units', changed: [[2, 'l']] })
    await coordinator.settle(job.id)
    expect((await next(events)).job.state).toBe('settled')
    expect((await events.next()).done).toBe(true)
  })

  test('a broken line is opened again, and a fresh snapshot says what was missed', async () => {
    const events = job.events()
    const units = new UnitMap()
    units.apply(await next(events))
    await coordinator.breakStreams(job.id)
    await coordinator.move(job.id, 3, 'failed')
    const again = await next(events)
    expect(again.kind).toBe('snapshot')
    expect(units.apply(again)).toEqual([{ unit: 3, letter: 'f' }])
  })

  test('a coordinator that was restarted is found again', async () => {
    const events = job.events()
    await next(events)
    const { port } = new URL(coordinator.url)
    await coordinator.stop()
    const again = next(events)
    await coordinator.listen(Number(port))
    expect((await again).kind).toBe('snapshot')
  })

  test('a coordinator that never comes back is given up when patience ends', async () => {
    const events = job.events()
    await next(events)
    await coordinator.stop()
    await expect(next(events)).rejects.toMatchObject({ code: 'unreachable', retryable: true })
  })

  test('a silent line is opened again', async () => {
    const mask = new MaskClient({ baseUrl: coordinator.url, timing: { ...quick, idleMs: 30 } })
    const events = mask.job(job.id).events()
    await next(events)
    expect((await next(events)).kind).toBe('snapshot')
    await events.return()
  })

  test('an unknown job is refused, not waited for', async () => {
    const unknown = new MaskClient({ baseUrl: coordinator.url, timing: quick }).job(`0x${'ee'.repeat(32)}`)
    await expect(next(unknown.events())).rejects.toMatchObject({ code: 'notFound' })
  })

  test('an event that does not fit ends the stream', async () => {
    coordinator.faults.push((context) =>
      context.body('data: {"kind":"novelty"}\n\n', 200, { 'content-type': 'text/event-stream' }),
    )
    await expect(next(job.events())).rejects.toMatchObject({ code: 'answerBroken', retryable: false })
  })

  test.each([
    ['too short a snapshot', { kind: 'snapshot', units: 'qq' }],
    ['an unknown letter', { kind: 'snapshot', units: 'qqqz' }],
    ['a unit that is not', { kind: 'units', changed: [[4, 'a']] }],
  ])('%s is refused', async (_what, event) => {
    const view = await job.view()
    expect(() => new UnitMap().apply({ job: view, ...event } as JobEvent)).toThrow(/An event of the job/)
  })
})

describe('[R5] done', () => {
  test('resolves when every unit is accepted, failed or cancelled', async () => {
    const done = job.done()
    for (const unit of [0, 1]) await coordinator.accept(job.id, unit, aResult(unit))
    await coordinator.move(job.id, 2, 'cancelled')
    await coordinator.move(job.id, 3, 'failed')
    expect(await done).toMatchObject({ state: 'finished', units: { accepted: 2, failed: 1, cancelled: 1 } })
  })

  test('with until: settled, resolves when it is paid', async () => {
    const done = job.done({ until: 'settled' })
    for (const unit of [0, 1, 2, 3]) await coordinator.accept(job.id, unit, aResult(unit))
    await coordinator.settle(job.id)
    expect(await done).toMatchObject({ state: 'settled', refundedWei: 10n ** 18n })
  })

  test('an abort rejects with the reason of the caller', async () => {
    const done = job.done({ signal: AbortSignal.abort(new Error('enough')) })
    await expect(done).rejects.toThrow('enough')
  })
})

describe('[R7] results', () => {
  test('come as they are accepted', async () => {
    const results = job.results()
    await coordinator.accept(job.id, 2, aResult(2))
    expect(await next(results)).toEqual({ unit: 2, bytes: aResult(2), verification: 'verified' })
    const second = next(results)
    await coordinator.accept(job.id, 0, aResult(0))
    expect((await second).unit).toBe(0)
    await results.return()
  })

  test('ordered: in unit order, without the failed', async () => {
    const all = listOf(job.results({ ordered: true }))
    await coordinator.accept(job.id, 3, aResult(3))
    await coordinator.accept(job.id, 1, aResult(1))
    await coordinator.move(job.id, 0, 'failed')
    await coordinator.accept(job.id, 2, aResult(2))
    expect((await all).map(({ unit }) => unit)).toEqual([1, 2, 3])
  })

  test('ordered: a failed unit holds nothing back', async () => {
    const results = job.results({ ordered: true })
    const first = next(results)
    await coordinator.accept(job.id, 1, aResult(1))
    await coordinator.move(job.id, 0, 'failed')
    expect((await first).unit).toBe(1)
    await results.return()
  })

  test.each([false, true])('each once, also over broken lines (ordered: %s)', async (ordered) => {
    const units = 40
    const { spec, bytes } = aSpec(
      aJobJson({ units: { range: [0, units] }, price: { perUnitMask: '0.5', budgetMask: '20' } }),
    )
    const long = new MaskClient({ baseUrl: coordinator.url, timing: quick }).job(
      coordinator.addJob(spec, bytes).id,
    )
    const all = listOf(long.results({ ordered }))
    // 13 and 40 have no common divisor, so every unit has its turn.
    for (let step = 0; step < units; step += 1) {
      await coordinator.accept(long.id, (step * 13) % units, aResult((step * 13) % units))
      if (step % 7 === 3) await coordinator.breakStreams(long.id)
    }
    const got = await all
    expect(got.map(({ unit }) => unit).toSorted((a, b) => a - b)).toEqual([...Array(units).keys()])
    for (const { unit, bytes: result } of got) expect(result).toEqual(aResult(unit))
    if (ordered) expect(got.map(({ unit }) => unit)).toEqual([...Array(units).keys()])
  })

  test.each([false, true])('wait: false takes what is accepted now (ordered: %s)', async (ordered) => {
    await coordinator.accept(job.id, 3, aResult(3))
    await coordinator.accept(job.id, 1, aResult(1))
    const got = await listOf(job.results({ wait: false, ordered }))
    expect(got.map(({ unit }) => unit)).toEqual([1, 3])
  })

  test('a cancelled unit holds nothing back and is left out', async () => {
    const all = listOf(job.results({ ordered: true }))
    await coordinator.accept(job.id, 1, aResult(1))
    for (const unit of [0, 2, 3]) await coordinator.move(job.id, unit, 'cancelled')
    expect((await all).map(({ unit }) => unit)).toEqual([1])
  })

  test.each([false, true])('what is provisional is waited for (ordered: %s)', async (ordered) => {
    await coordinator.provide(job.id, 0, aResult(9))
    await coordinator.accept(job.id, 1, aResult(1))
    expect(await listOf(job.results({ wait: false, ordered }))).toEqual([
      { unit: 1, bytes: aResult(1), verification: 'verified' },
    ])
    await expect(job.result(0)).rejects.toMatchObject({ code: 'resultProvisional', retryable: true })
    const all = listOf(job.results({ ordered }))
    // Its provider was found to cheat: the unit is open again.
    await coordinator.move(job.id, 0, 'queued')
    for (const unit of [3, 0, 2]) await coordinator.accept(job.id, unit, aResult(unit))
    const results = (await all).toSorted((a, b) => a.unit - b.unit)
    expect(results.map(({ bytes }) => bytes)).toEqual([0, 1, 2, 3].map(aResult))
  })

  test('what is provisional is given to who asks for it, and again when it is final', async () => {
    const results = job.results({ provisional: true })
    await coordinator.provide(job.id, 0, aResult(9))
    expect(await next(results)).toEqual({ unit: 0, bytes: aResult(9), verification: 'provisional' })
    expect(await job.result(0, { provisional: true })).toEqual(aResult(9))
    const second = next(results)
    await coordinator.accept(job.id, 0, aResult(0))
    expect(await second).toEqual({ unit: 0, bytes: aResult(0), verification: 'verified' })
    await results.return()
  })

  test('a provisional result that was taken back before it was fetched is passed over', async () => {
    await coordinator.move(job.id, 0, 'provisional')
    const results = job.results({ provisional: true })
    const first = next(results)
    await coordinator.accept(job.id, 3, aResult(3))
    expect((await first).unit).toBe(3)
    await results.return()
  })

  test('a result of which nobody says that it is final is not', async () => {
    await coordinator.accept(job.id, 0, aResult(0))
    coordinator.faults.push((context) =>
      context.req.path.endsWith('/result') ? context.body(aResult(0)) : undefined,
    )
    await expect(job.result(0)).rejects.toMatchObject({ code: 'resultProvisional' })
  })

  test('a reader that leaves lets go of the event stream', async () => {
    await coordinator.accept(job.id, 0, aResult(0))
    for await (const { unit } of job.results()) {
      expect(unit).toBe(0)
      break
    }
    await expect.poll(() => coordinator.job(job.id).watchers.size).toBe(0)
  })

  test('a result that cannot be fetched ends the iteration with its error', async () => {
    await coordinator.move(job.id, 0, 'accepted')
    await expect(next(job.results())).rejects.toMatchObject({ code: 'notFound' })
  })
})

test('[R1] a job id that is none is refused at once', () => {
  expect(() => new MaskClient({ baseUrl: coordinator.url }).job('0x12')).toThrow(/no job id/)
})
