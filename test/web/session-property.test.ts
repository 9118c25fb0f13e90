import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import { protocolVersion } from '#protocol/limits.ts'
import type { FromCoordinator, FromProvider } from '#protocol/messages.ts'
import type { SessionEffect, SessionEvent } from '#web/core/session-state.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { aChallenge, aNonce, anOrder, heartbeatMs, SessionWorld } from './session-world.ts'

/**
 * A coordinator that keeps its word, a connection that breaks at any point and loses what is under way in both
 * directions, and a GPU that finishes, fails or dies: whatever happens, a computed result is held until the
 * coordinator's word on it has arrived.
 */
class LossyWorld {
  readonly world = new SessionWorld()
  readonly #toCoordinator: FromProvider[] = []
  readonly #toProvider: FromCoordinator[] = []
  #link: 'none' | 'opening' | 'open' = 'none'
  #probed = false
  #measuring = false
  readonly #onGpu = new Set<AssignmentId>()
  readonly #committed = new Map<AssignmentId, string>()
  readonly #judged = new Set<AssignmentId>()
  /** Computed here; moved out by the coordinator's word arriving. */
  readonly undecided = new Set<AssignmentId>()
  decided = 0
  #nextUnit = 0

  act(event: SessionEvent): void {
    for (const effect of this.world.step(event)) this.#perform(effect)
    for (const assignment of this.undecided)
      expect(this.world.session.held.get(assignment)?.kind).toMatch(/computed|receipted/)
  }

  #perform(effect: SessionEffect): void {
    if (effect.type === 'openLink') this.#link = 'opening'
    if (effect.type === 'closeLink') this.#cut()
    if (effect.type === 'send') this.#toCoordinator.push(effect.header)
    if (effect.type === 'probeGpu') this.#probed = true
    if (effect.type === 'makeOffer') this.#measuring = true
    if (effect.type === 'compute') this.#onGpu.add(effect.order.assignment)
  }

  #cut(): void {
    this.#link = 'none'
    this.#toCoordinator.length = 0
    this.#toProvider.length = 0
  }

  lose(): void {
    if (this.#link === 'none') return
    this.#cut()
    this.act({ type: 'linkLost', reason: 'connectionLost' })
  }

  open(): void {
    if (this.#link !== 'opening') return
    this.#link = 'open'
    this.act({ type: 'linkOpened' })
    this.#toProvider.push({
      type: 'challenge',
      challenge: aChallenge,
      chainId: 31337,
      version: protocolVersion,
    })
  }

  assign(): void {
    if (this.world.session.phase.kind === 'ready') this.#toProvider.push(anOrder(this.#nextUnit++))
  }

  /** The measurement that was asked for ends. */
  measure(): void {
    if (!this.#measuring) return
    this.#measuring = false
    this.act({ type: 'offerMade', offer: anOffer() })
  }

  /** One message each way, of those under way. */
  carry(): void {
    this.answerProbe(true)
    this.measure()
    const heard = this.#toCoordinator.shift()
    if (heard) this.#answer(heard)
    const message = this.#toProvider.shift()
    if (!message) return
    if (message.type === 'verdict' || message.type === 'refuse') {
      const assignment = message.assignment ?? ''
      if (this.undecided.delete(assignment)) this.decided += 1
      this.#onGpu.delete(assignment)
    }
    this.act({ type: 'messageReceived', message })
  }

  #answer(message: FromProvider): void {
    if (message.type === 'greet') this.#toProvider.push({ type: 'welcome', heartbeatMs })
    if (message.type === 'commit') {
      const { assignment, commitment } = message
      if (this.#judged.has(assignment)) this.#refuse(assignment)
      else {
        // A repetition must bind to the same result.
        expect(this.#committed.get(assignment) ?? commitment).toBe(commitment)
        this.#committed.set(assignment, commitment)
        this.#toProvider.push({ type: 'receipt', assignment, commitment })
      }
    }
    if (message.type === 'renew') {
      const { assignment } = message
      if (this.#judged.has(assignment)) this.#refuse(assignment)
      else this.#toProvider.push({ type: 'renewed', assignment, leaseMs: 60_000 })
    }
    if (message.type === 'reveal') {
      const { assignment } = message
      expect(this.#committed.has(assignment)).toBe(true)
      if (this.#judged.has(assignment)) this.#refuse(assignment)
      else
        this.#toProvider.push({
          type: 'verdict',
          assignment,
          outcome: this.#nextUnit % 2 === 0 ? 'accepted' : 'provisional',
        })
      this.#judged.add(assignment)
    }
  }

  #refuse(assignment: AssignmentId): void {
    this.#toProvider.push({ type: 'refuse', reason: 'leaseExpired', message: 'It is decided.', assignment })
  }

  finishUnit(choice: number): void {
    const assignment = [...this.#onGpu][choice % Math.max(1, this.#onGpu.size)]
    if (assignment === undefined) return
    this.#onGpu.delete(assignment)
    if (this.world.session.held.get(assignment)?.kind === 'computing') this.undecided.add(assignment)
    const result = new TextEncoder().encode(assignment)
    this.act({
      type: 'unitComputed',
      assignment,
      result,
      resultDigest: resultDigestOf(result),
      nonce: aNonce,
    })
  }

  failUnit(choice: number): void {
    const assignment = [...this.#onGpu][choice % Math.max(1, this.#onGpu.size)]
    if (assignment === undefined) return
    this.#onGpu.delete(assignment)
    this.act({ type: 'unitFailed', assignment, failure: 'kernelFailed' })
  }

  hang(): void {
    const [assignment] = this.#onGpu
    this.#onGpu.clear()
    if (assignment !== undefined) this.act({ type: 'unitFailed', assignment, failure: 'kernelHung' })
  }

  /** All units in flight report the one loss. */
  loseGpu(): void {
    const lost = [...this.#onGpu]
    this.#onGpu.clear()
    for (const assignment of lost) this.act({ type: 'gpuLost', assignment })
  }

  /** Whether there is a GPU, where that was asked; a halted session is told to go on. */
  answerProbe(found: boolean): void {
    if (this.world.state.kind === 'halted') this.act({ type: 'resumeAsked' })
    if (!this.#probed) return
    this.#probed = false
    this.act({ type: 'gpuProbed', found })
  }

  pass(durationMs: number): void {
    this.world.nowMs += durationMs
    this.act({ type: 'timePassed' })
  }

  /** From now on nothing breaks. */
  calm(): void {
    for (let round = 0; round < 400; round += 1) {
      this.open()
      this.carry()
      this.finishUnit(round)
      if (round % 10 === 0) this.pass(1_000)
      if (this.world.state.kind === 'reconnecting') this.pass(130_000)
      this.answerProbe(true)
    }
  }
}

const moves = fc.oneof(
  { weight: 12, arbitrary: fc.constant('carry' as const) },
  { weight: 4, arbitrary: fc.constant('assign' as const) },
  { weight: 4, arbitrary: fc.constant('finish' as const) },
  { weight: 4, arbitrary: fc.constant('open' as const) },
  { weight: 3, arbitrary: fc.constant('pass' as const) },
  { weight: 1, arbitrary: fc.constant('lose' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
)

function play(lossy: LossyWorld, steps: readonly [string, number][]): void {
  lossy.act({ type: 'startAsked' })
  for (const [move, choice] of steps) {
    if (move === 'carry') lossy.carry()
    if (move === 'assign') lossy.assign()
    if (move === 'finish') lossy.finishUnit(choice)
    if (move === 'open') lossy.open()
    if (move === 'pass') lossy.pass(choice)
    if (move === 'lose') lossy.lose()
    if (move === 'fail') lossy.failUnit(choice)
  }
}

const game = fc.array(fc.tuple(moves, fc.nat(3_000)), { minLength: 100, maxLength: 300, size: 'max' })

test('[W7] [W12] no computed result is dropped without the coordinator’s word, and all get it in the end', () => {
  let decided = 0
  fc.assert(
    fc.property(game, (steps) => {
      const lossy = new LossyWorld()
      play(lossy, steps)
      lossy.calm()
      expect(lossy.undecided).toEqual(new Set())
      expect([...lossy.world.session.held.keys()]).toEqual([])
      decided += lossy.decided
    }),
    { numRuns: 300 },
  )
  // Games in which nothing is computed prove nothing.
  expect(decided).toBeGreaterThan(1_000)
}, 120_000)

test('[W16] nor when the GPU is lost on the way', () => {
  fc.assert(
    fc.property(game, game, (before, after) => {
      const lossy = new LossyWorld()
      play(lossy, before)
      lossy.loseGpu()
      play(lossy, after)
      lossy.calm()
      expect(lossy.undecided).toEqual(new Set())
    }),
    { numRuns: 100 },
  )
}, 120_000)

test('[W31] nor when a kernel hangs and the contributor goes on', () => {
  fc.assert(
    fc.property(game, game, (before, after) => {
      const lossy = new LossyWorld()
      play(lossy, before)
      lossy.hang()
      lossy.answerProbe(false)
      play(lossy, after)
      lossy.calm()
      expect(lossy.undecided).toEqual(new Set())
    }),
    { numRuns: 100 },
  )
}, 120_000)

test('[W14] nor when the contributor lets the session finish', () => {
  fc.assert(
    fc.property(game, (steps) => {
      const lossy = new LossyWorld()
      play(lossy, steps)
      const before = new Set(lossy.undecided)
      lossy.act({ type: 'stopAsked', when: 'afterUnit' })
      for (let round = 0; round < 400 && lossy.undecided.size > 0; round += 1) {
        lossy.open()
        lossy.carry()
        lossy.finishUnit(round)
        if (lossy.world.state.kind === 'reconnecting') lossy.pass(130_000)
      }
      lossy.calm()
      expect([...before].filter((assignment) => lossy.undecided.has(assignment))).toEqual([])
      expect(lossy.world.state).toEqual({ kind: 'stopped', reason: 'byUser' })
    }),
    { numRuns: 100 },
  )
}, 120_000)
