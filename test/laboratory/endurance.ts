import { Network } from './endurance/network.ts'
import type { PlantedBug } from './endurance/network-options.ts'

export interface EnduranceReport {
  readonly scenario: 'endurance'
  /** The seeds of the networks that were run, one after the other. */
  readonly seed: number
  readonly lastSeed: number
  /** How long providers were connected, all together. */
  readonly providerHours: number
  readonly providers: number
  readonly units: number
  /** Units computed, audits and checks included, per hour that a provider was connected. */
  readonly unitsPerHour: number
  readonly steps: number
  readonly crashes: number
  /** Times that the whole state was checked. What a step had touched was checked after each. */
  readonly fullChecks: number
  readonly invariantViolations: number
  readonly firstViolation: string | null
  readonly honestPayExact: boolean
  readonly hoursPerMinute: number
}

export interface EnduranceOptions {
  readonly seed: number
  /** Hours that all providers together are to be connected. */
  readonly hours: number
  /** Of a smaller network, for a test. */
  readonly slots?: number
  readonly troubleHours?: number
  readonly stepsPerFullCheck?: number
  readonly plantedBug?: PlantedBug
}

/**
 * Networks one after the other, each with its own seed, share of cheats, jobs and kinds of trouble. What a step has
 * touched is checked after every step, everything now and then, and every network must come to its end.
 */
export function endurance({ seed, hours, ...options }: EnduranceOptions): EnduranceReport {
  const startedMs = performance.now()
  const sum = { hours: 0, providers: 0, units: 0, worked: 0, steps: 0, crashes: 0, fullChecks: 0 }
  let violations = 0
  let firstViolation: string | null = null
  let exact = true
  let next = seed
  for (; sum.hours < hours && violations < violationsMost; next += 1) {
    const network = new Network({ seed: next, ...options })
    try {
      network.run()
      exact &&= network.isHonestPayExact
    } catch (error) {
      // Its state is of no further use.
      violations += 1
      firstViolation ??= `seed ${next}: ${String(error)}`
    }
    sum.hours += network.providerHours
    sum.providers += network.identities.length
    sum.units += network.units
    sum.worked += network.identities.reduce((worked, identity) => worked + identity.worked, 0)
    sum.steps += network.steps
    sum.crashes += network.crashes
    sum.fullChecks += network.fullChecks
  }
  const minutes = (performance.now() - startedMs) / 60_000
  return {
    scenario: 'endurance',
    seed,
    lastSeed: next - 1,
    providerHours: Math.floor(sum.hours),
    providers: sum.providers,
    units: sum.units,
    unitsPerHour: sum.worked / sum.hours,
    steps: sum.steps,
    crashes: sum.crashes,
    fullChecks: sum.fullChecks,
    invariantViolations: violations,
    firstViolation,
    honestPayExact: exact,
    hoursPerMinute: Math.round(sum.hours / minutes),
  }
}

/** With so many the rest of a run says nothing more. */
const violationsMost = 20
