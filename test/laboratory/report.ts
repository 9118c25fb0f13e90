import { partsOfUnit } from './answer.ts'
import { payWei } from './pay.ts'
import type { Outcome } from './experiment.ts'
import type { Identity } from './strategy.ts'
import { lifetimeClasses } from './meter.ts'

/** What a unit's computation costs, as a share of what a unit earns. */
const costShare = 0.8
/** From so many units on an identity is long-lived. */
export const longLifetime = 1_000
/** A strategy that did less than this share of all work says nothing about its income. */
const workShareMin = 1e-4

/** What came of some identities' units. Rates are fractions. */
export interface Figures {
  readonly identities: number
  readonly finals: number
  /** All that was computed for the units that they were the first to compute, per unit of these that became final. */
  readonly overhead: number
  readonly escapedUnits: number
  readonly escapedElements: number
}

export interface Income {
  /** Pay received less the cost of what was computed, per unit of work taken, in unit prices. */
  readonly net: number
  /** Pay received per unit of work taken, in unit prices. */
  readonly gross: number
  readonly worked: number
}

export interface Report extends Omit<Figures, 'identities' | 'finals'> {
  readonly scenario: string
  readonly scheme: string
  readonly seed: number
  readonly units: number
  readonly f: number
  /** Of identities that did 1,000 units or more. */
  readonly longLived: Figures
  readonly byLifetime: readonly (Figures & { readonly from: number; readonly to: number | null })[]
  readonly failedUnits: number
  readonly recalledUnits: number
  readonly honestIncome: number
  readonly bestCheaterIncome: number
  readonly bestCheater: string | null
  readonly incomes: Readonly<Record<string, Income>>
  /** Every honest identity was paid exactly what was announced for each of its accepted results. */
  readonly honestPayExact: boolean
  /** Right results of honest identities that were refused. */
  readonly honestWronged: number
  readonly identities: number
  readonly rounds: number
  readonly invariantViolations: number
  readonly unitsPerMinute: number
}

export interface Run {
  readonly scenario: string
  readonly scheme: string
  readonly seed: number
  readonly units: number
  readonly f: number
}

/** The figures of a run. All but `unitsPerMinute` follow from the run's options alone. */
export function reportOf(run: Run, outcome: Outcome, seconds: number): Report {
  const { meter, identities, rounds, violations } = outcome
  const { identities: count, overhead, escapedUnits, escapedElements } = figuresOf(identities)
  const incomes = incomesOf(identities)
  const honest = identities.filter(({ strategy }) => !strategy.malicious)
  const best = bestCheaterOf(identities, incomes, run.units)
  return {
    ...run,
    overhead,
    escapedUnits,
    escapedElements,
    longLived: figuresOf(identities.filter(({ worked }) => worked >= longLifetime)),
    byLifetime: lifetimeClasses.map((to, place) => {
      const from = lifetimeClasses[place - 1] ?? 0
      const those = identities.filter(({ worked }) => worked >= from && worked < to)
      return { from, to: to === Infinity ? null : to, ...figuresOf(those) }
    }),
    failedUnits: meter.failures / run.units,
    recalledUnits: meter.recalls / run.units,
    // A flaky device costs its owner something, which is no merit of those who cheat.
    honestIncome: incomeOf(honest.filter(({ strategy }) => strategy.kind !== 'flaky')).net,
    bestCheaterIncome: best?.net ?? 0,
    bestCheater: best?.label ?? null,
    incomes,
    honestPayExact: honest.every(({ paidWei, announcedWei }) => paidWei === announcedWei),
    honestWronged: sumOf(honest, ({ wronged }) => wronged),
    identities: count,
    rounds,
    invariantViolations: violations,
    unitsPerMinute: Math.round((60 * run.units) / seconds),
  }
}

function figuresOf(identities: readonly Identity[]): Figures {
  const finals = sumOf(identities, (identity) => identity.finals)
  const perFinal = (amount: number) => (finals === 0 ? 0 : amount / finals)
  return {
    identities: identities.length,
    finals,
    overhead: perFinal(sumOf(identities, ({ billed }) => billed)),
    escapedUnits: perFinal(sumOf(identities, ({ wrongFinals }) => wrongFinals)),
    escapedElements: perFinal(sumOf(identities, ({ wrongParts }) => wrongParts)) / partsOfUnit,
  }
}

function incomesOf(identities: readonly Identity[]): Record<string, Income> {
  const byLabel = Map.groupBy(identities, ({ strategy }) => strategy.label)
  const labels = [...byLabel.keys()].sort()
  return Object.fromEntries(labels.map((label) => [label, incomeOf(byLabel.get(label) ?? [])]))
}

function incomeOf(identities: readonly Identity[]): Income {
  const worked = sumOf(identities, (identity) => identity.worked)
  const paid = sumOf(identities, ({ paidWei }) => Number((paidWei * 1_000_000n) / payWei) / 1e6)
  const computed = sumOf(identities, (identity) => identity.computed)
  if (worked === 0) return { net: 0, gross: 0, worked }
  return { net: (paid - costShare * computed) / worked, gross: paid / worked, worked }
}

function bestCheaterOf(
  identities: readonly Identity[],
  incomes: Readonly<Record<string, Income>>,
  units: number,
): (Income & { label: string }) | undefined {
  const labels = new Set(identities.filter((one) => one.strategy.malicious).map((one) => one.strategy.label))
  return Object.entries(incomes)
    .filter(([label, { worked }]) => labels.has(label) && worked >= workShareMin * units)
    .map(([label, income]) => ({ label, ...income }))
    .sort((left, right) => right.net - left.net)[0]
}

function sumOf<T>(items: readonly T[], amountOf: (item: T) => number): number {
  let sum = 0
  for (const item of items) sum += amountOf(item)
  return sum
}
