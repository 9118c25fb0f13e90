import fc from 'fast-check'
import type { JobAction } from '#protocol/api.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import { durations, providerOf, resultOf, type World } from './a-world.ts'

const names = ['A', 'B', 'C', 'D'] as const
type Name = (typeof names)[number]
/** Right, wrong, wrong in the same way as others, not finite, too long. */
const results = [resultOf(1), resultOf(2), resultOf(3), resultOf(NaN), new Uint8Array(8)]

/** What becomes of the order that is out. */
type ChainAnswer = 'done' | 'failed' | 'wrongEpoch' | 'stopped' | 'pending'

export type Happening =
  | { readonly kind: 'join'; readonly name: Name; readonly capacity: number }
  | { readonly kind: 'leave'; readonly name: Name }
  | {
      readonly kind: 'commit' | 'reveal' | 'deliver'
      readonly name: Name
      readonly attempt: number
      readonly result: number
    }
  | {
      readonly kind: 'handBack'
      readonly name: Name
      readonly attempt: number
      readonly reason: HandBackReason
    }
  | { readonly kind: 'renew'; readonly name: Name; readonly attempt: number }
  | { readonly kind: 'control'; readonly action: JobAction }
  | { readonly kind: 'link'; readonly name: Name; readonly wallet: Name | 'V' | 'W' }
  | { readonly kind: 'wait'; readonly durationMs: number; readonly silent: boolean }
  | { readonly kind: 'replay'; readonly age: number }
  | { readonly kind: 'chain'; readonly answer: ChainAnswer }

const name = fc.constantFrom(...names)
const attempt = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) })
// Mostly right results, or nothing would ever be accepted.
const result = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat(results.length - 1) },
)

// Mostly resumed, or every job would rest; seldom cancelled, or none would end otherwise.
const actions = fc.oneof(
  { weight: 3, arbitrary: fc.constant<JobAction>('pause') },
  { weight: 12, arbitrary: fc.constant<JobAction>('resume') },
  { weight: 1, arbitrary: fc.constant<JobAction>('cancel') },
)

/** Any order of what providers, requesters, the clock and the chain may do, old messages and strangers' units included. */
export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('join'), name, capacity: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), name }) },
    {
      weight: 16,
      arbitrary: fc.record({
        kind: fc.constantFrom('commit', 'reveal', 'deliver', 'deliver'),
        name,
        attempt,
        result,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('handBack'),
        name,
        attempt,
        reason: fc.constantFrom(
          'stopping',
          'deviceLost',
          'dataUnavailable',
          'kernelFailed',
          'notCapable',
          'kernelHung',
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait'),
        durationMs: fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom(0, 250, 250, 3_501, 5_000, 30_000, 120_000) },
          { weight: 1, arbitrary: fc.constant(durations.relinkMs) },
        ),
        silent: fc.constantFrom(false, false, false, true),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew'), name, attempt }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('control'), action: actions }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('link'),
        name,
        wallet: fc.constantFrom('A', 'B', 'C', 'V', 'V', 'W', 'W'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('replay'), age: fc.nat(30) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('chain'),
        answer: fc.constantFrom('done', 'done', 'failed', 'wrongEpoch', 'stopped', 'pending'),
      }),
    },
  ),
  { minLength: 30, maxLength: 140 },
)

/** Lets one thing happen in a world; what makes no sense just then, such as a reveal before any unit, is left out. */
export class Play {
  readonly world: World

  constructor(world: World) {
    this.world = world
  }

  let(happening: Happening): void {
    const { world } = this
    switch (happening.kind) {
      case 'join':
        world.join(happening.name, happening.capacity)
        return
      case 'leave':
        if (this.#isKnown(happening.name)) world.leave(happening.name)
        return
      case 'wait':
        if (!happening.silent) world.wait(happening.durationMs)
        else {
          world.nowMs += happening.durationMs
          world.happens({ kind: 'timePassed' })
        }
        return
      case 'replay': {
        const event = world.past.at(-1 - happening.age)
        // The edge never uses a session twice; what a session has said may well come again.
        if (event && event.kind !== 'providerJoined') world.happens(event)
        return
      }
      case 'renew': {
        const assignment = this.#assignment(happening)
        if (assignment)
          world.happens({ kind: 'renewalAsked', session: world.sessionOf(happening.name), assignment })
        return
      }
      case 'control':
        world.happens({ kind: 'jobControlled', job: world.terms.id, action: happening.action })
        return
      case 'link':
        world.link(happening.name, happening.wallet)
        return
      case 'chain':
        this.#answer(happening.answer)
        return
      case 'handBack': {
        const assignment = this.#assignment(happening)
        if (assignment) world.handBack(happening.name, happening.reason, assignment)
        return
      }
      case 'commit':
      case 'reveal':
      case 'deliver': {
        const assignment = this.#assignment(happening)
        const bytes = results[happening.result]
        if (!assignment || !bytes) return
        if (happening.kind !== 'reveal') world.commitBytes(happening.name, bytes, assignment)
        if (happening.kind !== 'commit') world.revealBytes(happening.name, bytes, assignment)
        return
      }
    }
  }

  #isKnown(name: Name): boolean {
    return this.world.state.providers.has(providerOf(name))
  }

  /** One of the last units anybody was given; mostly the speaker's own. */
  #assignment({ name, attempt }: { name: Name; attempt: number }): string | undefined {
    if (!this.#isKnown(name)) return undefined
    const owner = attempt === 5 ? 'A' : name
    return this.world.heard(owner, 'assign').at(-1 - (attempt % 3))?.assignment
  }

  #answer(answer: ChainAnswer): void {
    const { world } = this
    const { chainWork, postedEpoch, epochNumber } = world.state
    if (answer === 'failed') world.happens({ kind: 'chainFailed', reason: 'random' })
    else if (answer === 'wrongEpoch')
      world.happens({ kind: 'epochPosted', epoch: epochNumber - 1, transaction: undefined })
    else if (answer === 'stopped' && chainWork.kind === 'proposing')
      world.happens({ kind: 'epochStopped', epoch: chainWork.epoch.number, reason: 'random' })
    else if (answer === 'pending' && chainWork.kind === 'proposing')
      world.happens({
        kind: 'epochPending',
        epoch: chainWork.epoch.number,
        activatesAtMs: world.nowMs + 7_000,
      })
    else if (chainWork.kind === 'proposing' || chainWork.kind === 'activating')
      world.happens({ kind: 'epochPosted', epoch: chainWork.epoch.number, transaction: undefined })
    else if (chainWork.kind === 'pushingClaims')
      world.happens({ kind: 'claimsPaid', paid: postedEpoch?.earnings ?? [], transaction: undefined })
  }
}
