import { Random } from '#test/simulation/random.ts'
import { runExperiment } from './experiment.ts'
import { honest } from './honest.ts'
import { MaskScheme } from './mask/mask-scheme.ts'
import { scenarioOf } from './scenarios.ts'
import { assert } from '#protocol/assert.ts'

export interface EnduranceReport {
  readonly scenario: 'endurance'
  /** The seeds of the runs that were made, each a small network of its own. */
  readonly seed: number
  readonly lastSeed: number
  readonly providerHours: number
  readonly units: number
  readonly events: number
  readonly invariantViolations: number
  readonly firstViolation: string | null
  readonly honestPayExact: boolean
  readonly hoursPerMinute: number
}

/** A unit takes so long, and so does the laboratory's round. */
const unitMs = 60_000
const slots = 12
const unitsOfRun = 600

/**
 * Many small networks one after the other, each with its own seed, share of cheats and jobs, in which tabs vanish and
 * messages are lost. All invariants are checked after every event, and every run must come to its end.
 *
 * @param hours that all providers together are to be there.
 */
export function endurance({ seed, hours }: { seed: number; hours: number }): EnduranceReport {
  const startedMs = performance.now()
  const report = { units: 0, events: 0, violations: 0, exact: true, rounds: 0 }
  let firstViolation: string | null = null
  let next = seed
  for (; hoursIn(report.rounds) < hours; next += 1) {
    const { scheme, outcome } = oneRun(next)
    report.units += unitsOfRun
    report.events += scheme.events
    report.violations += scheme.violations
    report.rounds += outcome.rounds
    report.exact &&= outcome.identities.every(
      ({ strategy, paidWei, announcedWei }) => strategy.malicious || paidWei === announcedWei,
    )
    firstViolation ??= scheme.violation === undefined ? null : `seed ${next}: ${scheme.violation}`
  }
  const minutes = (performance.now() - startedMs) / 60_000
  return {
    scenario: 'endurance',
    seed,
    lastSeed: next - 1,
    providerHours: Math.floor(hoursIn(report.rounds)),
    units: report.units,
    events: report.events,
    invariantViolations: report.violations,
    firstViolation,
    honestPayExact: report.exact,
    hoursPerMinute: Math.round(hoursIn(report.rounds) / minutes),
  }
}

function hoursIn(rounds: number): number {
  return (rounds * slots * unitMs) / 3_600_000
}

function oneRun(seed: number) {
  const mixed = scenarioOf('mixed')
  assert(mixed, 'there is a mixed scenario')
  let scheme: MaskScheme | undefined
  const f = new Random(seed ^ 0x5eed).between(0, 0.4)
  const outcome = runExperiment({
    seed,
    units: unitsOfRun,
    population: {
      ...mixed,
      slots,
      f,
      anchors: 1 / slots,
      lifetimeMedian: 60,
      honest: honest('lossy', 1, 0.05),
    },
    scheme: (bench, random, units) =>
      (scheme = new MaskScheme(bench, random, units, { eventsPerCheck: 1, roundMs: unitMs })),
  })
  assert(scheme, 'an experiment makes its scheme')
  return { scheme, outcome }
}
