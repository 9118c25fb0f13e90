import type { Report } from '#test/laboratory/report.ts'
import { meanOf, type Estimate } from './estimate.ts'

/** What one scheme did at one share of cheats, over all seeds. */
export interface Cell {
  readonly scheme: string
  readonly f: number
  readonly overhead: Estimate
  readonly escapedElements: Estimate
  readonly escapedUnits: Estimate
  /** The same of identities of 1,000 units or more. */
  readonly longLived: Readonly<Record<'overhead' | 'escapedElements' | 'escapedUnits', Estimate>>
  readonly byLifetime: readonly LifetimeClass[]
  readonly honestIncome: number
  readonly bestCheaterIncome: number
  readonly bestCheater: string | null
  readonly honestPayExact: boolean
  /** Right results of honest identities that were refused, per unit. */
  readonly honestWronged: number
  readonly failedUnits: number
  readonly invariantViolations: number
}

export interface LifetimeClass {
  readonly from: number
  readonly to: number | null
  readonly finals: number
  readonly overhead: number
  readonly escapedElements: number
  readonly escapedUnits: number
}

export function cellOf(scheme: string, f: number, reports: readonly Report[]): Cell {
  const over = (pick: (report: Report) => number) => meanOf(reports.map(pick))
  const overLong = (pick: (report: Report) => number) =>
    meanOf(reports.filter(({ longLived }) => longLived.finals > 0).map(pick))
  return {
    scheme,
    f,
    overhead: over((one) => one.overhead),
    escapedElements: over((one) => one.escapedElements),
    escapedUnits: over((one) => one.escapedUnits),
    longLived: {
      overhead: overLong((one) => one.longLived.overhead),
      escapedElements: overLong((one) => one.longLived.escapedElements),
      escapedUnits: overLong((one) => one.longLived.escapedUnits),
    },
    byLifetime: lifetimesOf(reports),
    ...incomesOf(reports),
    honestPayExact: reports.every((one) => one.honestPayExact),
    honestWronged: meanOf(reports.map((one) => one.honestWronged / one.units)).mean,
    failedUnits: meanOf(reports.map((one) => one.failedUnits)).mean,
    invariantViolations: reports.reduce((sum, one) => sum + one.invariantViolations, 0),
  }
}

function lifetimesOf(reports: readonly Report[]): LifetimeClass[] {
  const [first] = reports
  return (first?.byLifetime ?? []).map(({ from, to }, place) => {
    const those = reports.flatMap((one) => one.byLifetime[place] ?? [])
    const finals = those.reduce((sum, one) => sum + one.finals, 0)
    const rate = (pick: (one: (typeof those)[number]) => number) =>
      finals === 0 ? 0 : those.reduce((sum, one) => sum + pick(one) * one.finals, 0) / finals
    return {
      from,
      to,
      finals,
      overhead: rate((one) => one.overhead),
      escapedElements: rate((one) => one.escapedElements),
      escapedUnits: rate((one) => one.escapedUnits),
    }
  })
}

/** A strategy's income over all seeds, by the work it did in each: the best of many small samples would flatter cheats. */
function incomesOf(reports: readonly Report[]) {
  const sums = new Map<string, { earned: number; worked: number }>()
  for (const { incomes } of reports)
    for (const [label, { net, worked }] of Object.entries(incomes)) {
      const sum = sums.get(label) ?? { earned: 0, worked: 0 }
      sums.set(label, { earned: sum.earned + net * worked, worked: sum.worked + worked })
    }
  const units = reports.reduce((sum, one) => sum + one.units, 0)
  const cheats = [...sums]
    .filter(([label, { worked }]) => !honestLabels.has(label) && worked >= workShareMin * units)
    .map(([label, { earned, worked }]) => ({ label, net: earned / worked }))
    .sort((one, other) => other.net - one.net)
  const honest = sums.get('honest') ?? { earned: 0, worked: 1 }
  return {
    honestIncome: honest.earned / honest.worked,
    bestCheaterIncome: cheats[0]?.net ?? 0,
    bestCheater: cheats[0]?.label ?? null,
  }
}

const honestLabels: ReadonlySet<string> = new Set(['honest', 'flaky', 'lossy'])
const workShareMin = 1e-4
