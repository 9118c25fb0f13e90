import { describe, expect, test } from 'vitest'
import { corrupt } from '#protocol/check-task.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { isErrand } from '#protocol/ids.ts'
import type { Policy } from '#coordinator/core/trust/policy.ts'
import { aJob, providerOf, World } from '../core/a-world.ts'

/** Units of 64 words at 640 wei, judged by the job's verify kernel; a check is paid 80. */
const terms = aJob({
  unitCount: 8,
  quorum: 1,
  resultBytes: 256,
  comparator: { compare: 'checker', wgsl: 'check.wgsl' },
})
const policy = { probationUnits: 0, plantedShare: 0 }
const right = new Uint8Array(256).fill(7)
const wrong = new Uint8Array(256).fill(9)
const good = new Uint8Array(4)
const bad = Uint8Array.of(0, 0, 0, 1)

interface Options {
  readonly policy?: Partial<Policy>
  readonly anchors?: string
  readonly result?: Uint8Array
}

/** A’s result of unit 0 is revealed and its round published; A rests, so that nothing else of it is in the way. */
function revealed({ policy: changes, anchors, result = right }: Options = {}): World {
  const world = new World({
    terms,
    policy: { ...policy, ...changes },
    providers: 'A',
    ...(anchors && { anchors }),
  })
  world.deliverBytes('A', result)
  world.publish()
  return world
}

/** The newest check that a provider holds. */
function checkOf(world: World, name: string) {
  const order = world.heard(name, 'assign').findLast(({ assignment }) => isErrand(assignment))
  if (order && world.state.assignments.get(order.assignment)?.state === 'leased') return order
  throw new Error(`${name} holds no check`)
}

/** A provider comes with room for everything. */
function joinWithRoom(world: World, name: string, kind: { network?: string } = {}): void {
  world.join(name, 8, {}, kind)
}

function say(world: World, name: string, verdict: Uint8Array): void {
  world.deliverBytes(name, verdict, checkOf(world, name).assignment)
}

/** Who is asked about unit 0. */
function asked(world: World): string {
  const draw = world.job.open.get(0)?.draw
  if (draw?.kind !== 'check') throw new Error('unit 0 is not being checked')
  const provider = world.job.checks.cases.get(draw.number)?.asked?.provider
  const name = Array.from('ABCDEFG').find((letter) => providerOf(letter) === provider)
  if (name === undefined) throw new Error('nobody is asked')
  return name
}

const standing = (world: World, name: string) => world.state.standings.get(providerOf(name))

describe('[X11] a result of a job with a verify kernel is judged by another who runs it', () => {
  test('[M1] good: an eighth of the price for the checker, the result is provisional, and both have passed a check', () => {
    const world = revealed()
    expect(world.job.open.get(0)?.draw.kind).toBe('check')
    joinWithRoom(world, 'B')
    expect(checkOf(world, 'B')).toMatchObject({ unit: 0, task: { kind: 'check' }, payWei: 80n })
    say(world, 'B', good)
    expect(world.conditionOf(0)).toBe('provisional')
    expect([world.earnedBy('A'), world.pendingOf('A'), world.earnedBy('B')]).toEqual([0n, 640n, 80n])
    expect(world.job.chargedWei).toBe(80n)
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'accepted' })
    expect(standing(world, 'A')?.log).toMatchObject([{ weightWei: 640n }])
    expect(standing(world, 'B')?.log).toMatchObject([{ weightWei: 80n }])
    expect(world.job.checks).toMatchObject({ outstanding: 0 })
  })

  test('every unit is judged, and the bytes go with the order', () => {
    const world = revealed({ policy: { auditRateUnspotted: 0 } })
    world.deliverBytes('A', wrong)
    world.publish()
    joinWithRoom(world, 'B')
    const sent = world.effects.flatMap((effect) =>
      effect.kind === 'send' && effect.message.type === 'assign' && effect.message.task
        ? [effect.payload]
        : [],
    )
    expect(sent).toEqual([right, wrong])
  })

  test('[F12] nobody judges its own result, and another network is preferred', () => {
    for (let trial = 0; trial < 6; trial += 1) {
      const world = new World({ terms, policy })
      world.join('A', 1, {}, { network: 'home' })
      for (const name of 'BCD'.slice(0, 1 + (trial % 3))) world.join(name, 8, {}, { network: 'home' })
      world.join('E', 8, {}, { network: 'elsewhere' })
      world.deliverBytes('A', right)
      const unit = world.heard('A', 'assign')[0]?.unit ?? -1
      world.publish(3 + trial)
      const checks = world.heard('E', 'assign').filter(({ task }) => task?.kind === 'check')
      expect(checks.map((order) => order.unit)).toEqual([unit])
    }
  })

  test('an anchor’s word is final: the result is earned at once', () => {
    const world = revealed({ anchors: 'B' })
    joinWithRoom(world, 'B')
    say(world, 'B', good)
    expect(world.conditionOf(0)).toBe('accepted')
    expect([world.earnedBy('A'), world.pendingOf('A'), world.earnedBy('B')]).toEqual([640n, 0n, 80n])
    expect(world.job.chargedWei).toBe(720n)
  })

  test('a verdict of no whole word is refused, and its maker is not asked about that unit again', () => {
    const world = revealed()
    joinWithRoom(world, 'B')
    say(world, 'B', Uint8Array.of(0, 0, 0))
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'refused', reason: 'malformed' })
    expect(world.earnedBy('B')).toBe(0n)
    expect(world.state.unasked.size).toBe(1)
    joinWithRoom(world, 'C')
    say(world, 'C', good)
    expect(world.pendingOf('A')).toBe(640n)
  })
})

describe('[X12] where a result is called bad, a second runs the kernel, an anchor if one is connected', () => {
  test('[F11] good after all: who called it bad lied, is forgiven once, and is not paid', () => {
    const world = revealed()
    joinWithRoom(world, 'B')
    say(world, 'B', bad)
    expect(world.conditionOf(0)).toBe('disputed')
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'provisional' })
    joinWithRoom(world, 'D')
    say(world, 'D', good)
    expect(world.pendingOf('A')).toBe(640n)
    expect([world.earnedBy('B'), world.earnedBy('D')]).toEqual([0n, 80n])
    expect(standing(world, 'B')).toMatchObject({ convictions: 0, missedAtUnits: 0 })
    // Again is no accident any more.
    world.leave('D')
    world.deliverBytes('A', right)
    world.publish()
    say(world, 'B', bad)
    joinWithRoom(world, 'D')
    say(world, 'D', good)
    expect(world.pendingOf('A')).toBe(1_280n)
    expect(standing(world, 'B')).toMatchObject({ convictions: 1 })
  })

  test('the second is an anchor where there is one, and it is not overruled', () => {
    const world = revealed({ anchors: 'D' })
    joinWithRoom(world, 'B')
    joinWithRoom(world, 'C')
    const first = asked(world)
    joinWithRoom(world, 'D')
    say(world, first, bad)
    expect(asked(world)).toBe('D')
    say(world, 'D', good)
    expect(world.conditionOf(0)).toBe('accepted')
    expect(world.earnedBy(first)).toBe(0n)
  })

  test('[F1] bad again: refused and unpaid, its provider a suspect, condemned once another’s is good', () => {
    const world = new World({ terms, policy, providers: 'A' })
    for (const result of [right, wrong]) world.deliverBytes('A', result)
    world.publish()
    for (const name of 'BCDE') joinWithRoom(world, name)
    const judge = (unit: number, verdict: Uint8Array) => {
      for (const name of 'BCDE')
        for (const { assignment, unit: of, task } of world.heard(name, 'assign'))
          if (task && of === unit && world.state.assignments.get(assignment)?.state === 'leased')
            world.deliverBytes(name, verdict, assignment)
    }
    judge(0, good)
    expect(world.pendingOf('A')).toBe(640n)
    judge(1, bad)
    judge(1, bad)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'refused', reason: 'resultDisagrees' })
    expect(standing(world, 'A')).toMatchObject({ convictions: 0 })
    expect(world.pendingOf('A')).toBe(640n)
    // Three checks were right, and paid.
    expect(world.job.chargedWei).toBe(240n)
    world.restart()
    expect(world.job.checks.suspects.get(1)).toMatchObject([{ provider: providerOf('A') }])
    for (const name of 'ABCDE') joinWithRoom(world, name)
    const other = Array.from('BCDE').find((name) =>
      world.heard(name, 'assign').some(({ assignment, unit, task }) => {
        const { state } = world.state.assignments.get(assignment) ?? {}
        return unit === 1 && !task && state === 'leased'
      }),
    )
    if (other === undefined) throw new Error('another computes unit 1')
    const order = world.heard(other, 'assign').findLast(({ unit, task }) => unit === 1 && !task)
    world.deliverBytes(other, right, order?.assignment)
    world.publish()
    judge(1, good)
    expect(world.pendingOf(other)).toBe(640n)
    expect(standing(world, 'A')).toMatchObject({ convictions: 1 })
    expect(world.pendingOf('A')).toBe(0n)
    expect(world.job.chargedWei).toBe(320n)
    world.restart()
    expect(world.job.checks.suspects.size).toBe(0)
  })

  test('[F9] a kernel that finds everything bad: the unit fails after three results, and nobody is convicted', () => {
    const world = new World({ terms: { ...terms, plan: { ...terms.plan, unitCount: 1 } }, policy })
    for (const name of 'ABCDEF') joinWithRoom(world, name)
    for (let turn = 0; turn < 20 && world.conditionOf(0) !== 'failed'; turn += 1) {
      for (const name of 'ABCDEF')
        for (const { assignment, task } of world.heard(name, 'assign'))
          if (world.state.assignments.get(assignment)?.state === 'leased')
            world.deliverBytes(name, task ? bad : right, assignment)
      world.publish()
    }
    expect(world.conditionOf(0)).toBe('failed')
    for (const name of 'ABCDEF') expect(standing(world, name)?.convictions ?? 0).toBe(0)
    // Six words, paid an eighth each.
    expect(world.job.chargedWei).toBe(480n)
    expect(world.job.phase).toBe('finished')
  })
})

describe('[X13] some checkers are first shown a result that is wrong on purpose', () => {
  const planting = { policy: { plantedShare: 1 } }

  /** What the newest check of the last event was about. */
  function shown(world: World): Uint8Array {
    const [payload] = world.effects.flatMap((effect) =>
      effect.kind === 'send' && effect.message.type === 'assign' && effect.message.task?.kind === 'check'
        ? [effect.payload ?? new Uint8Array()]
        : [],
    )
    if (!payload) throw new Error('a result is shown')
    return payload
  }

  test('who sees that it is wrong is paid for it, and shown the real one; both orders look the same', () => {
    const world = revealed(planting)
    joinWithRoom(world, 'B')
    const planted = shown(world)
    expect(planted).toHaveLength(right.length)
    expect(equalBytes(planted, right)).toBe(false)
    const first = checkOf(world, 'B')
    say(world, 'B', bad)
    expect(shown(world)).toEqual(right)
    expect({ ...checkOf(world, 'B'), assignment: '' }).toEqual({ ...first, assignment: '' })
    expect(world.job.counts.disputed).toBe(0)
    say(world, 'B', good)
    expect(world.earnedBy('B')).toBe(160n)
    expect(world.pendingOf('A')).toBe(640n)
    expect(world.job.checks.outstanding).toBe(0)
  })

  test('[F12] who calls it good, and another does not, has lied; the real one is shown to the other', () => {
    const world = revealed(planting)
    joinWithRoom(world, 'B')
    const planted = shown(world)
    say(world, 'B', good)
    expect(world.conditionOf(0)).toBe('provisional')
    joinWithRoom(world, 'C')
    expect(shown(world)).toEqual(planted)
    say(world, 'C', bad)
    expect(world.earnedBy('B')).toBe(0n)
    expect(standing(world, 'B')).toMatchObject({ missedAtUnits: 0 })
    expect(asked(world)).toBe('C')
    expect(shown(world)).toEqual(right)
    say(world, 'C', good)
    expect(world.earnedBy('C')).toBe(160n)
    expect(world.pendingOf('A')).toBe(640n)
  })

  test('two who call it good are believed and paid: the kernel does not see everything', () => {
    const world = revealed(planting)
    joinWithRoom(world, 'B')
    say(world, 'B', good)
    joinWithRoom(world, 'C')
    say(world, 'C', good)
    say(world, 'C', good)
    expect([world.earnedBy('B'), world.earnedBy('C')]).toEqual([80n, 160n])
    expect(standing(world, 'B')).toMatchObject({ convictions: 0, missedAtUnits: undefined })
    expect(world.pendingOf('A')).toBe(640n)
  })

  test('it follows from the draw, so that it is the same after a restart', () => {
    const world = revealed(planting)
    joinWithRoom(world, 'B')
    const planted = shown(world)
    world.restart()
    joinWithRoom(world, 'B')
    expect(shown(world)).toEqual(planted)
    expect(planted).not.toEqual(corrupt(right, new Uint8Array()))
  })

  test('[M2] not where the funds are needed for the checks of other units', () => {
    const poor = { ...terms, plan: { ...terms.plan, costWei: 720n * 8n, budgetWei: 720n * 8n } }
    const world = new World({ terms: poor, policy: { ...policy, plantedShare: 1 }, providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    joinWithRoom(world, 'B')
    expect(shown(world)).toEqual(right)
  })
})

describe('a check that is not made goes to another', () => {
  test('who vanishes, hands back, or does not begin', () => {
    const world = revealed()
    joinWithRoom(world, 'B')
    joinWithRoom(world, 'C')
    const first = asked(world)
    const second = first === 'B' ? 'C' : 'B'
    world.leave(first)
    expect(asked(world)).toBe(second)
    world.handBack(second, 'kernelFailed', checkOf(world, second).assignment)
    expect(world.state.unasked.size).toBe(1)
    joinWithRoom(world, 'D')
    world.wait(250)
    expect(asked(world)).toBe('D')
    world.wait(world.state.durations.leaseMs)
    expect(world.state.unasked.size + Number(world.job.checks.cases.get(0)?.asked !== undefined)).toBe(1)
  })

  test('[D2] after a restart the result is judged anew, and a late word is turned away', () => {
    const world = revealed()
    joinWithRoom(world, 'B')
    const late = checkOf(world, 'B').assignment
    world.restart()
    expect(world.state.unasked.size).toBe(1)
    joinWithRoom(world, 'B')
    world.commitBytes('B', good, late)
    expect(world.refusal).toBe('leaseExpired')
    say(world, 'B', good)
    expect(world.pendingOf('A')).toBe(640n)
    expect(world.earnedBy('B')).toBe(80n)
  })

  test('a verify kernel that hangs on two devices: the unit fails, and nobody is blamed', () => {
    const world = revealed()
    for (const name of 'BC') {
      joinWithRoom(world, name)
      world.handBack(name, 'kernelHung', checkOf(world, name).assignment)
    }
    expect(world.conditionOf(0)).toBe('failed')
    expect(standing(world, 'A')?.convictions ?? 0).toBe(0)
  })

  test('[M2] without money for a second word the unit fails', () => {
    const poor = { ...terms, plan: { ...terms.plan, unitCount: 1, costWei: 720n, budgetWei: 720n } }
    const world = new World({ terms: poor, policy, providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    joinWithRoom(world, 'B')
    say(world, 'B', bad)
    expect(world.conditionOf(0)).toBe('failed')
    expect(world.job.chargedWei).toBe(0n)
  })
})

describe('[X8] a pending result whose provider passes no further checks', () => {
  test('is judged once more; good is final, also across a restart', () => {
    const world = revealed()
    joinWithRoom(world, 'B')
    say(world, 'B', good)
    world.leave('A')
    world.leave('B')
    joinWithRoom(world, 'C')
    world.wait(world.state.durations.tailIdleMs + 1_000)
    world.answerFetches()
    expect(world.pendingOf('A')).toBe(0n)
    world.restart()
    joinWithRoom(world, 'C')
    say(world, 'C', good)
    expect(world.conditionOf(0)).toBe('accepted')
    expect([world.earnedBy('A'), world.earnedBy('B'), world.earnedBy('C')]).toEqual([640n, 80n, 80n])
    expect(world.job.chargedWei).toBe(800n)
  })
})
