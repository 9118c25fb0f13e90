import { describe, expect, test } from 'vitest'
import { anOrder, assignmentOf, namesOf, sentBy, SessionWorld } from './session-world.ts'

const started = () => new SessionWorld().start()

/** A session with these units on the GPU or waiting for it. */
function holding(...units: number[]): SessionWorld {
  const world = started()
  for (const unit of units) world.hear(anOrder(unit))
  return world
}

/** Lost twice in a row, and at rest. */
function resting(): SessionWorld {
  const world = holding(0)
  world.loseGpu(0)
  world.hear(anOrder(1))
  world.loseGpu(1)
  return world
}

describe('losing the GPU', () => {
  test('[W16] the first time what was on it goes back, what waited begins, and the link stays', () => {
    const world = holding(0, 1, 2)
    expect(namesOf(world.loseGpu(0))).toEqual(['handBack 0', 'handBack 1', 'compute 2'])
    expect(world.state).toEqual({ kind: 'working' })
    expect(world.session.incidents).toEqual([{ kind: 'gpuLost', count: 1 }])
    expect(namesOf(world.compute(2))).toEqual(['commit 2'])
  })

  test('[W16] handing back says that the device was lost, so that nobody takes it for leaving', () => {
    expect(sentBy(holding(0).loseGpu(0))).toEqual([
      { type: 'handBack', assignment: assignmentOf(0), reason: 'deviceLost' },
    ])
  })

  test('[W16] all units of a lost device are one loss', () => {
    const world = holding(0, 1)
    world.loseGpu(0)
    expect(world.loseGpu(1)).toEqual([])
    expect(world.session.gpu.losses).toBe(1)
  })

  test('[W16] the second time the session rests: units go back, results stay, the link closes', () => {
    const world = holding(0)
    world.loseGpu(0)
    for (const unit of [1, 2, 3]) world.hear(anOrder(unit))
    world.compute(1)
    expect(namesOf(world.loseGpu(2))).toEqual(['handBack 2', 'handBack 3', 'closeLink'])
    expect(world.state).toEqual({ kind: 'reconnecting', reason: 'gpuLost', attempt: 1, retryInMs: 5_000 })
    expect(namesOf(world.pass(5_000))).toEqual(['probeGpu'])
    expect(world.state).toEqual({ kind: 'starting', step: 'checkingGpu' })
    expect(namesOf(world.step({ type: 'gpuProbed', found: true }))).toEqual(['openLink'])
    expect(namesOf(world.greet())).toEqual(['greet', 'commit 1'])
  })

  test('[W16] the wait counts down', () => {
    const world = resting()
    world.pass(2_000)
    expect(world.state).toMatchObject({ retryInMs: 3_000 })
  })

  test('[W16] as long as there is no adapter the waits grow; after the last, the browser must be restarted', () => {
    const world = resting()
    const waitsMs: number[] = []
    while (world.state.kind === 'reconnecting') {
      waitsMs.push(world.state.retryInMs)
      world.pass(world.state.retryInMs)
      world.step({ type: 'gpuProbed', found: false })
    }
    expect(waitsMs).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 130_000])
    expect(world.state).toEqual({ kind: 'stopped', reason: 'browserRestartNeeded' })
  })

  test('[W16] before it ends for want of an adapter, it delivers what it has', () => {
    const world = holding(0)
    world.loseGpu(0)
    for (const unit of [1, 2]) world.hear(anOrder(unit))
    world.compute(1)
    world.loseGpu(2)
    while (world.state.kind === 'reconnecting') {
      world.pass(world.state.retryInMs)
      world.step({ type: 'gpuProbed', found: false })
    }
    expect(world.state).toEqual({ kind: 'starting', step: 'connecting' })
    expect(namesOf(world.greet())).toEqual(['greet', 'commit 1'])
    world.receipt(1)
    world.accept(1)
    world.account()
    expect(world.state).toEqual({ kind: 'stopped', reason: 'browserRestartNeeded' })
  })

  test('[W16] the third time it ends with the advice to restart, and delivers first', () => {
    const world = resting()
    world.pass(5_000)
    world.step({ type: 'gpuProbed', found: true })
    world.greet()
    for (const unit of [4, 5]) world.hear(anOrder(unit))
    world.compute(4)
    expect(namesOf(world.loseGpu(5))).toEqual(['handBack 5'])
    expect(world.state).toEqual({ kind: 'finishing' })
    world.receipt(4)
    world.accept(4)
    expect(namesOf(world.account())).toEqual(['leave', 'closeLink'])
    expect(world.state).toEqual({ kind: 'stopped', reason: 'browserRestartNeeded' })
  })

  test('[W16] a unit that finds no adapter rests at once: the browser withholds it', () => {
    const world = holding(0)
    const effects = world.step({ type: 'gpuMissing', assignment: assignmentOf(0) })
    expect(namesOf(effects)).toEqual(['handBack 0', 'closeLink'])
    expect(world.state).toMatchObject({ kind: 'reconnecting', reason: 'gpuLost', retryInMs: 5_000 })
  })

  test('[W16] a loss that is heard of after the unit was let go changes nothing', () => {
    const world = holding(0)
    world.hear({ type: 'verdict', assignment: assignmentOf(0), outcome: 'cancelled' })
    expect(world.loseGpu(0)).toEqual([])
    expect(world.session.gpu.losses).toBe(0)
  })
})

describe('a kernel that does not end', () => {
  test('[W31] everything goes back at once, the job’s with the reason, and the session halts', () => {
    const world = started()
    world.hear(anOrder(0))
    world.hear(anOrder(1, 2))
    world.hear(anOrder(2))
    expect(sentBy(world.fail(0, 'kernelHung'))).toEqual([
      { type: 'handBack', assignment: assignmentOf(0), reason: 'kernelHung' },
      { type: 'handBack', assignment: assignmentOf(1), reason: 'deviceLost' },
      { type: 'handBack', assignment: assignmentOf(2), reason: 'kernelHung' },
    ])
    expect(namesOf(world.effects).at(-1)).toBe('closeLink')
    expect(world.state).toEqual({ kind: 'halted', reason: 'kernelHung' })
    expect(world.session.incidents).toEqual([{ kind: 'kernelHung', count: 1 }])
  })

  test('[W31] nothing happens until the contributor has spoken', () => {
    const world = holding(0)
    world.fail(0, 'kernelHung')
    expect(world.pass(1_000_000)).toEqual([])
    expect(world.loseGpu(0)).toEqual([])
    expect(world.state).toEqual({ kind: 'halted', reason: 'kernelHung' })
  })

  test('[W31] going on looks for the GPU, comes back, and never runs that job again', () => {
    const world = holding(0)
    world.fail(0, 'kernelHung')
    expect(namesOf(world.step({ type: 'resumeAsked' }))).toEqual([])
    expect(world.state).toEqual({ kind: 'starting', step: 'checkingGpu' })
    expect(namesOf(world.pass(3_000))).toEqual(['probeGpu'])
    world.step({ type: 'gpuProbed', found: true })
    world.greet()
    expect(namesOf(world.hear(anOrder(7, 2)))).toEqual(['compute 7'])
    expect(sentBy(world.hear(anOrder(8)))).toEqual([
      { type: 'handBack', assignment: assignmentOf(8), reason: 'kernelHung' },
    ])
    expect(world.session.incidents).toEqual([{ kind: 'kernelHung', count: 1 }])
  })

  test('[W31] a GPU that gives no answer is stuck', () => {
    const world = holding(0)
    world.fail(0, 'kernelHung')
    world.pass(60_000)
    expect(namesOf(world.step({ type: 'resumeAsked' }))).toEqual(['probeGpu'])
    world.pass(15_000)
    expect(world.state).toEqual({ kind: 'stopped', reason: 'gpuStuck' })
  })

  test.each(['now', 'afterUnit'] as const)('[W31] stopping (%s) while halted stops', (when) => {
    const world = holding(0)
    world.fail(0, 'kernelHung')
    world.step({ type: 'stopAsked', when })
    expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
  })

  test('[W31] results that were computed are delivered when it goes on', () => {
    const world = holding(0, 1)
    world.compute(0)
    world.fail(1, 'kernelHung')
    world.step({ type: 'resumeAsked' })
    world.pass(3_000)
    world.step({ type: 'gpuProbed', found: true })
    expect(namesOf(world.greet())).toEqual(['greet', 'commit 0'])
  })

  test('[W31] whoever was about to stop is not asked', () => {
    const world = holding(0)
    world.step({ type: 'stopAsked', when: 'afterUnit' })
    expect(namesOf(world.fail(0, 'kernelHung'))).toEqual(['handBack 0', 'leave', 'closeLink'])
    expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
  })
})
