import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesJob } from '#coordinator/core/market/bid.ts'
import { hasRoomFor } from '#coordinator/core/market/room.ts'
import type { Job, Provider, State } from '#coordinator/core/state.ts'
import { aJob, World } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'

const names = ['A', 'B', 'C', 'D'] as const
const name = fc.constantFrom(...names)
const offer = fc.record({
  minimumWeiPerHour: fc.constantFrom(0n, 0n, 10n ** 30n),
  causes: fc.constantFrom<ReturnType<typeof anOffer>['causes'][]>(
    { never: [] },
    { never: [] },
    { never: ['science'] },
  ),
})
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('join'),
      name,
      offer,
      capacity: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('offer'), name, offer }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('capacity'), name, capacity: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave'), name }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('deliver'), name, value: fc.constantFrom(1, 1, 1, 2) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit'), name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('handBack'),
      name,
      reason: fc.constantFrom('deviceLost', 'kernelFailed', 'notCapable', 'dataUnavailable'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('control'),
      action: fc.constantFrom('pause', 'resume', 'resume'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      durationMs: fc.constantFrom(1, 500, 6_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
)
const happenings = fc.array(happening, { minLength: 5, maxLength: 60, size: 'max' })
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never

describe('who is looked at', () => {
  test.each([1, 2])(
    '[N7] quorum %i: after every step nobody has room for a unit that could be handed to them',
    (quorum) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 12 }), happenings, (unitCount, all) => {
          const world = new World({ terms: aJob({ unitCount, quorum }), providers: 'ABCD' })
          for (const one of all) {
            happen(world, one)
            expect(missedIn(world.state, world.nowMs)).toEqual([])
          }
        }),
        { numRuns: 150 },
      )
    },
  )
})

function happen(world: World, one: Happening): void {
  const { state } = world
  const isHere =
    'name' in one && [...state.providers.values()].some(({ session }) => session.startsWith(`${one.name}-`))
  const assignment = 'name' in one && isHere ? heldBy(world, one.name) : undefined
  if (one.kind === 'join') world.join(one.name, one.capacity, one.offer)
  else if (one.kind === 'wait') world.wait(one.durationMs)
  else if (one.kind === 'restart') world.restart()
  else if (one.kind === 'control')
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: one.action })
  else if (!isHere) return
  else if (one.kind === 'leave') world.leave(one.name)
  else if (one.kind === 'offer')
    world.happens({ kind: 'offerStated', session: world.sessionOf(one.name), offer: anOffer(one.offer) })
  else if (one.kind === 'capacity')
    world.happens({ kind: 'capacityStated', session: world.sessionOf(one.name), capacity: one.capacity })
  else if (assignment === undefined) return
  else if (one.kind === 'deliver') world.deliver(one.name, one.value, assignment)
  else if (one.kind === 'commit') world.commit(one.name, 1, assignment)
  else world.handBack(one.name, one.reason, assignment)
}

function heldBy(world: World, one: string): string | undefined {
  const session = world.sessionOf(one)
  const provider = [...world.state.providers.values()].find((other) => other.session === session)
  return provider?.held.values().next().value
}

/** By brute force: everybody with everything. */
function missedIn(state: State, nowMs: number): string[] {
  return [...state.providers.values()].flatMap((provider) =>
    [...state.jobs.values()].flatMap((job) =>
      couldTake(state, job, provider, nowMs) ? [`${provider.session} ${job.terms.name}`] : [],
    ),
  )
}

function couldTake(state: State, job: Job, provider: Provider, nowMs: number): boolean {
  if (job.phase !== 'running' || job.control === 'paused' || provider.dutiesOnly) return false
  if (!hasRoomFor(state, job, provider, nowMs) || !matchesJob(job, provider, nowMs)) return false
  if (job.nextFresh < job.terms.plan.unitCount) return true
  return [...job.wanting].some((index) => {
    const unit = job.open.get(index)
    return unit && !unit.barred.has(provider.id) && !unit.unable.has(provider.id)
  })
}
