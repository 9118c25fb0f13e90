import { describe, expect, test } from 'vitest'
import { colluder, trustThenCheat } from './liars.ts'
import { runLaboratory } from './laboratory.ts'
import type { PopulationOptions } from './population.ts'
import type { Report } from './report.ts'
import { scenarioNames, scenarioOf } from './scenarios.ts'
import { schemeNames, schemeOf } from './schemes.ts'
import type { Strategy } from './strategy.ts'

/** Everybody but one kind of cheats is honest, lives for ever and never errs by accident. */
function run(schemeName: string, f: number, malicious: Strategy, units = 60_000, seed = 1): Report {
  const base = scenarioOf('honest')
  const scheme = schemeOf(schemeName)
  if (!base || !scheme) throw new Error(`there is no ${schemeName}`)
  const population: PopulationOptions = {
    ...base,
    slots: 200,
    anchors: 0,
    lifetimeMedian: 1e9,
    f,
    malicious: [malicious],
  }
  return runLaboratory({ scenario: 'test', population, schemeName, scheme, seed, units })
}

function runScenario(scenario: string, schemeName: string, units: number, seed = 1): Report {
  const population = scenarioOf(scenario)
  const scheme = schemeOf(schemeName)
  if (!population || !scheme) throw new Error(`there is no ${scenario} or no ${schemeName}`)
  return runLaboratory({ scenario, population, schemeName, scheme, seed, units })
}

describe('the laboratory measures what it claims to', () => {
  test('where everything is believed, what cheats say escapes, and nothing is computed twice', () => {
    const report = run('none', 0.2, colluder(0.25))
    expect(report.overhead).toBe(1)
    // A single copy decides, so the members always lie.
    expect(report.escapedUnits).toBeCloseTo(0.2, 2)
    expect(report.escapedElements).toBeCloseTo(0.2, 2)
    expect(report.failedUnits).toBe(0)
  })

  test('a device that errs spoils one part in 64, and only so many units', () => {
    const report = runScenario('flaky', 'none', 400_000)
    const rate = 0.2 * 1e-2 + 0.8 * 1e-4
    expect(report.escapedUnits).toBeGreaterThan(0.3 * rate)
    expect(report.escapedUnits).toBeLessThan(2 * rate)
    expect(report.escapedElements).toBeCloseTo(report.escapedUnits / 64, 10)
  })

  test('every unit has one end, and what is billed is what was computed', () => {
    const { byLifetime, overhead, incomes } = runScenario('mixed', 'boinc', 30_000)
    const finals = byLifetime.reduce((sum, one) => sum + one.finals, 0)
    const billed = byLifetime.reduce((sum, one) => sum + one.finals * one.overhead, 0)
    const worked = Object.values(incomes).reduce((sum, one) => sum + one.worked, 0)
    expect(finals).toBe(30_000)
    expect(billed / finals).toBeCloseTo(overhead, 9)
    expect(billed).toBeCloseTo(worked, 3)
  })

  test.each(schemeNames)('%s: the same seed gives the same report, another seed another', (name) => {
    const untimed = (seed: number) => ({ ...runScenario('mixed', name, 3_000, seed), unitsPerMinute: 0 })
    expect(untimed(5)).toEqual(untimed(5))
    expect(untimed(5)).not.toEqual(untimed(6))
  })

  test.each(scenarioNames)('%s: the run ends, and honest pay is exact', (name) => {
    const report = runScenario(name, 'quorum2', 3_000)
    expect(report.honestPayExact).toBe(true)
    expect(report.longLived.finals + report.byLifetime.length).toBeGreaterThan(0)
  })
})

describe('the baselines behave as their authors say', () => {
  test.each([0.1, 0.2, 0.4])('a quorum of two lets f² through when pairs collude, f = %f', (f) => {
    const { escapedUnits, overhead } = run('quorum2', f, colluder(0))
    expect(escapedUnits / f ** 2).toBeGreaterThan(0.85)
    expect(escapedUnits / f ** 2).toBeLessThan(1.1)
    expect(overhead).toBeLessThan(2.01)
  })

  test.each([
    [2, 'quorum2', 0.2],
    [3, 'mfirst', 0.2],
    [3, 'mfirst', 0.35],
  ])(
    'm-first voting with m = %i errs as the binomial says under total collusion (%s, f = %f)',
    (m, name, f) => {
      const { escapedUnits } = run(name, f, colluder(1))
      const expected = majorityErrs(m, f)
      expect(escapedUnits / expected).toBeGreaterThan(0.9)
      expect(escapedUnits / expected).toBeLessThan(1.1)
    },
  )

  test.each([
    [0.1, 0.048],
    [0.2, 0.103],
  ])('BOINC: at f = %f trust-then-cheat gets about %f of all results through', (f, expected) => {
    // The figure's model gives attackers no replicas of others' units. Those who lie about these too do worse than it
    // says, and those who answer them honestly, which raises their n, do better.
    const careful = trustThenCheat()
    const answer: Strategy['answer'] = (identity, task, world) =>
      careful.answer(identity, { ...task, second: false }, world)
    const least = run('boinc', f, { ...careful, answer }, 150_000).escapedUnits
    const most = run('boinc', f, careful, 150_000).escapedUnits
    expect(least).toBeLessThan(expected)
    expect(most).toBeGreaterThan(expected)
    expect(least / expected).toBeGreaterThan(0.7)
    expect(most / expected).toBeLessThan(1.35)
  })

  test('BOINC: an honest host of 1,000 jobs costs about 1.046', () => {
    const { overhead } = run('boinc', 0, colluder(0), 200 * 1_000)
    // Each replicated job raises the counts of two hosts, so less is needed than for one host alone.
    expect(overhead).toBeGreaterThan(1.02)
    expect(overhead).toBeLessThan(1.05)
  })

  test('PoCo: at trust 100 seven newcomers are needed, and one worker of score 303', () => {
    const cold = run('poco', 0, colluder(0), 200)
    expect(cold.overhead).toBeCloseTo(7, 0)
    const late = run('poco', 0.2, trustThenCheat(), 400_000)
    expect(late.escapedUnits).toBeGreaterThan(0.1)
  })

  test('Sarmenta: at q = 0.1 and f = 0.2 errors stay below 1 − θ = 0.001', () => {
    const { escapedUnits, overhead } = run('sarmenta', 0.2, trustThenCheat(), 200_000)
    expect(escapedUnits).toBeLessThan(1e-3)
    expect(overhead).toBeGreaterThan(1.1)
  })
})

/** Σ_{j≥m} C(2m−1, j) fʲ (1−f)^{2m−1−j}. */
function majorityErrs(m: number, f: number): number {
  const votes = 2 * m - 1
  let sum = 0
  let ways = 1
  for (let wrong = 0; wrong <= votes; wrong += 1) {
    if (wrong >= m) sum += ways * f ** wrong * (1 - f) ** (votes - wrong)
    ways = (ways * (votes - wrong)) / (wrong + 1)
  }
  return sum
}
