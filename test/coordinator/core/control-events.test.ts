import fc from 'fast-check'
import { expect, test } from 'vitest'
import { liveCountOf } from '#coordinator/core/units.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import { aJob, durations, providerOf, World } from './a-world.ts'
import { happenings, Play } from './random-events.ts'

const names = Array.from('ABCDEFGH')

function deliver(world: World, name: string, assignment: AssignmentId): void {
  // A commitment of another may have ended it meanwhile.
  if (world.state.assignments.get(assignment)?.state === 'leased') world.deliver(name, 1, assignment)
}

/** What leases, doubling and a requester's control must keep to, looked at after every event. */
class Watch {
  readonly seen = { renewed: 0, doubled: 0, pausedSteps: 0, cancelledUnits: 0, cancelledPaid: 0 }
  readonly #world: World
  #given = 0
  #wasPaused = false

  constructor(world: World) {
    this.#world = world
  }

  look(): void {
    const world = this.#world
    const given = world.job.assignmentCount
    if (this.#wasPaused && world.job.control === 'paused') {
      expect(given, '[J8] nothing is handed out while the job is paused').toBe(this.#given)
      this.seen.pausedSteps += 1
    }
    this.#wasPaused = world.job.control === 'paused'
    this.#given = given
    this.#lookAtLeases()
    this.#lookAtUnits()
  }

  #lookAtLeases(): void {
    const { state, past, nowMs, effects } = this.#world
    for (const assignment of state.assignments.values()) {
      if (assignment.state !== 'leased' && assignment.state !== 'committed') continue
      if (past.at(-1)?.kind === 'timePassed')
        expect(assignment.deadlineMs, '[L3] nothing is overdue once the clock was looked at').toBeGreaterThan(
          nowMs,
        )
      if (assignment.state === 'leased')
        expect(assignment.deadlineMs - assignment.leasedAtMs, '[L9]').toBeLessThanOrEqual(
          durations.renewedMsMax,
        )
    }
    for (const effect of effects)
      if (effect.kind === 'send' && effect.message.type === 'renewed') this.seen.renewed += 1
  }

  #lookAtUnits(): void {
    const { job } = this.#world
    for (const unit of job.open.values()) {
      const live = liveCountOf(unit)
      expect(live, '[L10] at most two attempts for a needed vote').toBeLessThanOrEqual(2 * unit.missing)
      if (live > unit.missing) this.seen.doubled += 1
      if (job.control !== 'cancelled') continue
      const states = [...unit.assignments.values()].map(({ state }) => state)
      expect(
        states.includes('committed') || states.includes('revealed'),
        '[J8] what is open of a cancelled job has a commitment',
      ).toBe(true)
    }
    if (job.control === 'cancelled') expect(job.counts.queued + job.counts.leased, '[J8]').toBe(0)
  }

  /** Nothing goes wrong any more: everyone is there, computes rightly, and the requester lets them. */
  calm(): void {
    const world = this.#world
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'resume' })
    for (const name of names) world.join(name, 2)
    for (let round = 0; round < 200 && world.job.phase === 'running'; round += 1) {
      for (const name of names)
        for (const id of [...(world.state.providers.get(providerOf(name))?.held ?? [])])
          deliver(world, name, id)
      world.wait(5_000)
      this.look()
    }
    const { job } = world
    if (job.control !== 'cancelled') return
    this.seen.cancelledUnits += job.counts.cancelled
    this.seen.cancelledPaid += job.counts.accepted
  }
}

test('[J2] [J8] [L3] [L9] [L10] pauses, cancels, renewals and doubling in any order: the rules hold, and every job ends', () => {
  const seen = { renewed: 0, doubled: 0, pausedSteps: 0, cancelledUnits: 0, cancelledPaid: 0 }
  fc.assert(
    fc.property(happenings, fc.integer({ min: 2, max: 3 }), (events, quorum) => {
      const world = new World({ terms: aJob({ unitCount: 4, quorum }), providers: 'ABC' })
      const play = new Play(world)
      const watch = new Watch(world)
      for (const event of events) {
        play.let(event)
        watch.look()
      }
      watch.calm()
      expect(world.job.phase, '[J2]').not.toBe('running')
      for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += watch.seen[key]
    }),
    { numRuns: 400 },
  )
  // Sequences that reach nothing would prove nothing.
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(20)
})
