import { runExperiment, type NewScheme } from './experiment.ts'
import type { PopulationOptions } from './population.ts'
import { reportOf, type Report } from './report.ts'

export interface LaboratoryRun {
  readonly scenario: string
  readonly population: PopulationOptions
  readonly schemeName: string
  readonly scheme: NewScheme
  readonly seed: number
  readonly units: number
}

/** Runs one experiment and tells what came of it. */
export function runLaboratory(run: LaboratoryRun): Report {
  const { scenario, population, schemeName, scheme, seed, units } = run
  const startedMs = performance.now()
  const outcome = runExperiment({ seed, units, population, scheme })
  const seconds = (performance.now() - startedMs) / 1_000
  return reportOf({ scenario, scheme: schemeName, seed, units, f: population.f }, outcome, seconds)
}
