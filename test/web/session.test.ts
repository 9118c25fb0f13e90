import { describe, expect, test } from 'vitest'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { greetingDigest, signerOf } from '#protocol/session-key.ts'
import { heldBytesMax } from '#web/core/session-units.ts'
import { anOffer } from '#test/network/an-offer.ts'
import {
  aChallenge,
  aKey,
  aNonce,
  anOrder,
  assignmentOf,
  heartbeatMs,
  namesOf,
  sentBy,
  SessionWorld,
} from './session-world.ts'

const started = () => new SessionWorld().start()

describe('coming in', () => {
  test('[W2] nothing is ordered before the start', () => {
    const world = new SessionWorld()
    expect(world.pass(100_000)).toEqual([])
    expect(world.hear(anOrder(0))).toEqual([])
    expect(world.state).toEqual({ kind: 'idle' })
  })

  test('[W2] start, link, challenge, welcome: each state has its name', () => {
    const world = new SessionWorld()
    expect(namesOf(world.step({ type: 'startAsked' }))).toEqual(['openLink', 'makeOffer'])
    world.step({ type: 'offerMade', offer: anOffer() })
    expect(world.state).toEqual({ kind: 'starting', step: 'connecting' })
    world.step({ type: 'linkOpened' })
    expect(world.state).toEqual({ kind: 'starting', step: 'greeting' })
    world.hear({ type: 'challenge', challenge: aChallenge, chainId: 31337, version: protocolVersion })
    expect(world.state).toEqual({ kind: 'starting', step: 'greeting' })
    world.hear({ type: 'welcome', heartbeatMs })
    expect(world.state).toEqual({ kind: 'waiting' })
    world.hear(anOrder(0))
    expect(world.state).toEqual({ kind: 'working' })
  })

  test('[W3] the greeting is signed over the challenge and the chain', () => {
    const world = new SessionWorld()
    world.step({ type: 'startAsked' })
    world.step({ type: 'linkOpened' })
    world.step({ type: 'offerMade', offer: anOffer() })
    const [greet] = sentBy(
      world.hear({ type: 'challenge', challenge: aChallenge, chainId: 5, version: protocolVersion }),
    )
    expect(greet).toMatchObject({
      type: 'greet',
      version: protocolVersion,
      provider: aKey.provider,
      capacity: 2,
      offer: anOffer(),
    })
    const signature = greet?.type === 'greet' ? greet.signature : '0x'
    expect(signerOf(greetingDigest(aChallenge, 5), signature)).toBe(aKey.provider)
  })

  test('[W3] a coordinator of another version is left', () => {
    const world = new SessionWorld()
    world.step({ type: 'startAsked' })
    world.step({ type: 'linkOpened' })
    world.hear({ type: 'challenge', challenge: aChallenge, chainId: 5, version: protocolVersion + 1 })
    expect(world.state).toEqual({ kind: 'stopped', reason: 'refusedByCoordinator' })
  })

  test('[W4] heartbeats go out at the pace of the welcome', () => {
    const world = started()
    expect(namesOf(world.pass(heartbeatMs - 1))).toEqual([])
    expect(namesOf(world.pass(1))).toEqual(['heartbeat'])
    expect(namesOf(world.pass(3 * heartbeatMs))).toEqual(['heartbeat', 'heartbeat', 'heartbeat'])
  })

  test('[W4] a welcome that asks for endless heartbeats gets four a second', () => {
    const world = new SessionWorld()
    world.step({ type: 'startAsked' })
    world.step({ type: 'linkOpened' })
    world.hear({ type: 'welcome', heartbeatMs: 0 })
    expect(world.pass(1_000)).toHaveLength(4)
  })
})

describe('units', () => {
  test('[W5] as many units compute as the capacity says, the others in their order', () => {
    const world = started()
    expect([0, 1, 2, 3].flatMap((unit) => namesOf(world.hear(anOrder(unit))))).toEqual([
      'compute 0',
      'compute 1',
    ])
    expect(namesOf(world.compute(1))).toEqual(['commit 1', 'compute 2'])
  })

  test('[W35] units that follow one another fast are asked for ahead, slow ones no longer', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    world.compute(0)
    world.pass(50)
    expect(sentBy(world.compute(1))).toContainEqual({ type: 'capacity', capacity: 3 })
    world.pass(60_000)
    expect(sentBy(world.compute(2))).toContainEqual({ type: 'capacity', capacity: 2 })
  })

  test('[W5] more units than anyone may hold are handed back', () => {
    const world = started()
    const units = Array.from({ length: limits.capacityMax }, (_, unit) => unit)
    for (const unit of units) world.hear(anOrder(unit))
    expect(sentBy(world.hear(anOrder(99)))).toEqual([
      { type: 'handBack', assignment: assignmentOf(99), reason: 'stopping' },
    ])
  })

  test('[W5] the same assignment twice is one', () => {
    const world = started()
    world.hear(anOrder(0))
    expect(world.hear(anOrder(0))).toEqual([])
  })

  test('[W6] the commitment binds chain, job, unit, provider, result and nonce, signed', () => {
    const world = started()
    world.hear(anOrder(4))
    const [commit] = sentBy(world.compute(4))
    if (commit?.type !== 'commit') throw new Error('no commitment')
    const { job } = anOrder(4)
    const resultDigest = resultDigestOf(Uint8Array.from([4, 1, 2, 3]))
    const parts = { chainId: 31337, job, unit: 4, provider: aKey.provider, resultDigest, nonce: aNonce }
    expect(commit.commitment).toBe(commitmentOf(parts))
    expect(signerOf(commit.commitment, commit.signature)).toBe(aKey.provider)
  })

  test('[W6] nothing is revealed before the receipt of that very commitment', () => {
    const world = started()
    world.hear(anOrder(0))
    expect(namesOf(world.compute(0))).toEqual(['commit 0'])
    const foreign = { type: 'receipt', assignment: assignmentOf(0), commitment: aNonce } as const
    expect(world.hear(foreign)).toEqual([])
    const revealed = world.receipt(0)
    expect(namesOf(revealed)).toEqual(['reveal 0'])
    expect(revealed[0]).toMatchObject({ payload: Uint8Array.from([0, 1, 2, 3]) })
    expect(world.receipt(0)).toEqual([])
  })

  test('[W7] a result is held until its verdict', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    world.compute(0)
    world.receipt(0)
    expect(world.session.held.has(assignmentOf(0))).toBe(true)
    world.accept(0)
    expect(world.session.held.has(assignmentOf(0))).toBe(false)
    world.compute(1)
    world.hear({
      type: 'verdict',
      assignment: assignmentOf(1),
      outcome: 'refused',
      reason: 'resultDisagrees',
    })
    world.compute(2)
    world.hear({ type: 'verdict', assignment: assignmentOf(2), outcome: 'cancelled' })
    expect(world.session.held.size).toBe(0)
    expect(world.session.counts).toEqual({ computed: 3, accepted: 1, provisional: 0, refused: 1 })
  })

  test('[W7] a refusal that names the assignment lets go of it, at every stage', () => {
    for (const reach of [
      () => undefined,
      (world: SessionWorld) => world.compute(0),
      (world: SessionWorld) => (world.compute(0), world.receipt(0)),
    ]) {
      const world = started()
      world.hear(anOrder(0))
      reach(world)
      world.hear({ type: 'refuse', reason: 'leaseExpired', message: '', assignment: assignmentOf(0) })
      expect(world.session.held.size).toBe(0)
      expect(world.state).toEqual({ kind: 'waiting' })
    }
  })

  test('[W7] a unit that was cancelled while it computed makes room, and its result is not sent', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    const cancelled = world.hear({ type: 'verdict', assignment: assignmentOf(0), outcome: 'cancelled' })
    expect(namesOf(cancelled)).toEqual(['compute 2'])
    expect(world.compute(0)).toEqual([])
  })

  test('[W8] nothing new is computed while too many bytes wait for their verdicts', () => {
    const world = started()
    world.hear(anOrder(0))
    world.step({
      type: 'unitComputed',
      assignment: assignmentOf(0),
      result: { length: heldBytesMax + 1 } as Uint8Array,
      resultDigest: aNonce,
      nonce: aNonce,
    })
    expect(world.hear(anOrder(1))).toEqual([])
    expect(namesOf(world.accept(0))).toEqual(['compute 1'])
  })

  test('[W9] a unit that cannot be computed goes back with the reason', () => {
    const world = started()
    world.hear(anOrder(0))
    const failed = world.fail(0, 'dataUnavailable')
    expect(sentBy(failed)).toEqual([
      { type: 'handBack', assignment: assignmentOf(0), reason: 'dataUnavailable' },
    ])
  })

  test('[W9] failures in a row are handed back ever more slowly, and a success ends the row', () => {
    const world = started()
    const waits = [0, 1, 2, 3].map((unit) => {
      world.hear(anOrder(unit))
      const beforeMs = world.nowMs
      let sent = world.fail(unit, 'kernelFailed')
      while (!namesOf(sent).includes(`handBack ${unit}`)) sent = world.pass(100)
      return world.nowMs - beforeMs
    })
    expect(waits).toEqual([0, 500, 1_000, 2_000])
    world.hear(anOrder(5))
    world.compute(5)
    world.hear(anOrder(6))
    const failed = world.fail(6, 'kernelFailed')
    expect(namesOf(failed)).toEqual(['handBack 6'])
  })

  test('[W9] a job that fails here does not slow down another', () => {
    const world = started()
    for (const unit of [0, 1, 2]) {
      world.hear(anOrder(unit))
      world.fail(unit, 'kernelFailed')
      world.pass(30_000)
    }
    world.hear(anOrder(7, 2))
    expect(namesOf(world.fail(7, 'kernelFailed'))).toEqual(['handBack 7'])
  })

  test.each([
    ['tooLargeForDevice', 'notCapable'],
    ['unitTooCoarse', 'notCapable'],
    ['notCapable', 'notCapable'],
    ['kernelFailed', 'kernelFailed'],
  ] as const)('[W9] %s is told as %s, noted for the contributor, and others go on', (failure, reason) => {
    const world = started()
    world.hear(anOrder(0))
    world.hear(anOrder(1, 2))
    expect(sentBy(world.fail(0, failure))).toEqual([
      { type: 'handBack', assignment: assignmentOf(0), reason },
    ])
    expect(world.session.incidents).toEqual([{ kind: failure, count: 1 }])
    expect(namesOf(world.compute(1))).toEqual(['commit 1'])
  })

  test('[W10] the sums are what the coordinator last said', () => {
    const world = started()
    world.account()
    expect(world.session.sums).toEqual({
      pendingWei: 1n,
      earnedWei: 2n,
      claimableWei: 3n,
      claimedWei: 4n,
    })
  })
})

describe('losing the connection', () => {
  const lose = (world: SessionWorld) => world.step({ type: 'linkLost', reason: 'connectionLost' })
  const comeBack = (world: SessionWorld) => [...world.pass(30_000), ...world.greet()]

  test('[W11] a link that does not open, or over which nothing is said, is given up', () => {
    const world = new SessionWorld()
    world.step({ type: 'startAsked' })
    expect(namesOf(world.pass(30_000))).toEqual(['closeLink'])
    expect(world.state).toEqual({
      kind: 'reconnecting',
      attempt: 1,
      retryInMs: 500,
      reason: 'coordinatorUnreachable',
    })
    expect(namesOf(world.pass(500))).toEqual(['openLink'])
    world.step({ type: 'linkOpened' })
    expect(namesOf(world.pass(15_000))).toEqual(['closeLink'])
    expect(world.state).toMatchObject({ attempt: 2, retryInMs: 1_000, reason: 'connectionLost' })
  })

  test('[W11] waits grow until a session has been steady', () => {
    const world = started()
    const waits: number[] = []
    for (let round = 0; round < 4; round += 1) {
      lose(world)
      waits.push(world.state.kind === 'reconnecting' ? world.state.retryInMs : NaN)
      world.pass(30_000)
      world.greet()
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000])
    world.pass(10_000)
    lose(world)
    expect(world.state).toMatchObject({ attempt: 1, retryInMs: 500 })
  })

  test('[W12] while a unit computes: it goes on, and its result is committed after the greeting', () => {
    const world = started()
    world.hear(anOrder(0))
    lose(world)
    expect(world.compute(0)).toEqual([])
    expect(namesOf(comeBack(world))).toEqual(['openLink', 'greet', 'commit 0'])
  })

  test('[W12] after the commitment: it is sent again, the same', () => {
    const world = started()
    world.hear(anOrder(0))
    const first = sentBy(world.compute(0))
    lose(world)
    expect(sentBy(comeBack(world)).slice(1)).toEqual(first)
    expect(namesOf(world.receipt(0))).toEqual(['reveal 0'])
  })

  test('[W12] after the receipt: the reveal is sent again, without another commitment', () => {
    const world = started()
    world.hear(anOrder(0))
    world.compute(0)
    const first = sentBy(world.receipt(0))
    lose(world)
    expect(sentBy(comeBack(world)).slice(1)).toEqual(first)
    world.accept(0)
    expect(world.session.held.size).toBe(0)
  })

  test('[W12] while the greeting runs: nothing is sent before the welcome', () => {
    const world = started()
    world.hear(anOrder(0))
    lose(world)
    world.pass(30_000)
    world.step({ type: 'linkOpened' })
    expect(world.compute(0)).toEqual([])
    lose(world)
    expect(namesOf(comeBack(world))).toEqual(['openLink', 'greet', 'commit 0'])
  })

  test('[W12] a queued unit starts, a failed one is handed back, both across the gap', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    lose(world)
    expect(namesOf(world.fail(0, 'kernelFailed'))).toEqual(['compute 2'])
    expect(namesOf(comeBack(world))).toEqual(['openLink', 'greet', 'handBack 0'])
  })

  test('[W12] an assignment that is asked for again after it was computed is committed anew', () => {
    const world = started()
    world.hear(anOrder(0))
    world.compute(0)
    world.receipt(0)
    expect(namesOf(world.hear(anOrder(0)))).toEqual(['commit 0'])
    expect(namesOf(world.receipt(0))).toEqual(['reveal 0'])
  })

  test('[W12] a loss that is reported twice is one', () => {
    const world = started()
    lose(world)
    expect(lose(world)).toEqual([])
  })
})

describe('being refused', () => {
  const stops: [RefusalReason, string][] = [
    ['replacedByNewSession', 'replacedByNewSession'],
    ['unsupportedVersion', 'refusedByCoordinator'],
    ['badSignature', 'refusedByCoordinator'],
    ['unauthorised', 'refusedByCoordinator'],
    ['malformed', 'refusedByCoordinator'],
    ['tooLarge', 'refusedByCoordinator'],
  ]
  test.each(stops)('[W13] %s ends the session as %s', (reason, stopReason) => {
    const world = started()
    world.hear(anOrder(0))
    const effects = world.hear({ type: 'refuse', reason, message: '' })
    expect(world.state).toEqual({ kind: 'stopped', reason: stopReason })
    expect(namesOf(effects).at(-1)).toBe('closeLink')
    expect(world.pass(1_000_000)).toEqual([])
    expect(world.step({ type: 'startAsked' })).toEqual([])
  })

  test('[W13] the session that replaces this one keeps its units: nothing is handed back', () => {
    const world = started()
    world.hear(anOrder(0))
    expect(namesOf(world.hear({ type: 'refuse', reason: 'replacedByNewSession', message: '' }))).toEqual([
      'closeLink',
    ])
  })

  test('[W13] a draining coordinator is come back to', () => {
    const world = started()
    world.hear({ type: 'refuse', reason: 'draining', message: '' })
    expect(world.state).toMatchObject({ kind: 'reconnecting', reason: 'coordinatorUnreachable' })
  })

  test('[W13] having no work is no reason to go', () => {
    const world = started()
    world.hear({ type: 'refuse', reason: 'noWorkForYou', message: '' })
    expect(world.state).toEqual({ kind: 'waiting' })
  })
})

describe('stopping', () => {
  test('[W14] after the unit: what is held is computed and delivered, what is new goes back', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    world.step({ type: 'stopAsked', when: 'afterUnit' })
    expect(world.state).toEqual({ kind: 'finishing' })
    expect(namesOf(world.hear(anOrder(3)))).toEqual(['handBack 3'])
    expect(namesOf(world.compute(0))).toEqual(['commit 0', 'compute 2'])
    world.compute(1)
    world.compute(2)
    for (const unit of [0, 1, 2]) world.receipt(unit)
    for (const unit of [0, 1, 2]) world.accept(unit)
    expect(world.state).toEqual({ kind: 'finishing' })
    expect(namesOf(world.account())).toEqual(['leave', 'closeLink'])
    expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
  })

  test('[W14] after the unit: verdicts are waited for, but not for ever', () => {
    const world = started()
    world.hear(anOrder(0))
    world.compute(0)
    world.step({ type: 'stopAsked', when: 'afterUnit' })
    world.pass(60_000)
    expect(world.state).toEqual({ kind: 'finishing' })
    world.receipt(0)
    world.pass(9_999)
    expect(world.state).toEqual({ kind: 'finishing' })
    expect(namesOf(world.pass(1)).slice(-2)).toEqual(['leave', 'closeLink'])
  })

  test('[W14] after the unit, with nothing held: at once', () => {
    const world = started()
    expect(namesOf(world.step({ type: 'stopAsked', when: 'afterUnit' }))).toEqual(['leave', 'closeLink'])
  })

  test('[W14] after the unit, while the connection is lost: the result is still delivered', () => {
    const world = started()
    world.hear(anOrder(0))
    world.step({ type: 'stopAsked', when: 'afterUnit' })
    world.compute(0)
    world.step({ type: 'linkLost', reason: 'connectionLost' })
    expect(namesOf([...world.pass(500), ...world.greet()])).toEqual(['openLink', 'greet', 'commit 0'])
    world.receipt(0)
    world.accept(0)
    world.account()
    expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
  })

  test('[W15] now: units go back, then the session leaves and closes', () => {
    const world = started()
    for (const unit of [0, 1, 2, 3]) world.hear(anOrder(unit))
    world.compute(0)
    expect(namesOf(world.step({ type: 'stopAsked', when: 'now' }))).toEqual([
      'handBack 1',
      'handBack 2',
      'handBack 3',
      'leave',
      'closeLink',
    ])
    expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
  })

  test('[W15] now, in every phase without a welcome: nothing is sent', () => {
    for (const reach of [
      () => undefined,
      (world: SessionWorld) => world.step({ type: 'startAsked' }),
      (world: SessionWorld) => (world.step({ type: 'startAsked' }), world.step({ type: 'linkOpened' })),
      (world: SessionWorld) => (world.start(), world.step({ type: 'linkLost', reason: 'connectionLost' })),
    ]) {
      const world = new SessionWorld()
      reach(world)
      expect(sentBy(world.step({ type: 'stopAsked', when: 'now' }))).toEqual([])
      expect(world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
    }
  })
})
