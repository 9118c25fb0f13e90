import { describe, expect, test } from 'vitest'
import { runLaboratory } from './laboratory.ts'
import type { Report } from './report.ts'
import { scenarioNames, scenarioOf } from './scenarios.ts'
import { schemeOf } from './schemes.ts'

function run(scenario: string, f?: number, units = 2_000): Report {
  const population = scenarioOf(scenario)
  const scheme = schemeOf('mask')
  if (!population || !scheme) throw new Error(`there is no ${scenario}`)
  const who = { ...population, slots: 20, ...(f === undefined ? {} : { f }) }
  return runLaboratory({ scenario, population: who, schemeName: 'mask', scheme, seed: 1, units })
}

describe('the real core in the laboratory', () => {
  test.each(scenarioNames)('%s: the run ends without a broken invariant', (scenario) => {
    const report = run(scenario)
    expect(report.invariantViolations).toBe(0)
    expect(report.failedUnits).toBeLessThan(0.01)
  })

  test('among honest providers what each unit costs lies between once and twice, and everybody is paid to the wei', () => {
    const report = run('honest')
    expect(report.overhead).toBeGreaterThan(1.05)
    expect(report.overhead).toBeLessThan(2.05)
    expect(report.honestPayExact).toBe(true)
  })

  test('providers who vanish with their work, or come late with it, are paid for what was accepted and no more', () => {
    const report = run('lossy')
    expect(report.honestPayExact).toBe(true)
    expect(report.honestWronged).toBe(0)
  })
})
