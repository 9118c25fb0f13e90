import { honest } from './honest.ts'
import { colluder, hitAndRun, lazy, lyingAuditor, saboteur, selfDealer, trustThenCheat } from './liars.ts'
import type { PopulationOptions } from './population.ts'
import type { MaliciousKind, Strategy } from './strategy.ts'

/** Every way of cheating, with the parameters that are worth trying. */
const cheats: Readonly<Record<MaliciousKind, readonly Strategy[]>> = {
  lazy: [0.1, 0.5, 1].flatMap((share) => [
    lazy(share, 1, true),
    lazy(share, 0.1, true),
    lazy(share, 1, false),
  ]),
  saboteur: [0.001, 0.003, 0.01, 0.03].map(saboteur),
  'trust-then-cheat': [trustThenCheat()],
  'hit-and-run': [hitAndRun()],
  colluders: [colluder(0), colluder(0.01)],
  'lying-auditors': [lyingAuditor(0.05)],
  'self-dealers': [selfDealer()],
}

const base = {
  slots: 64,
  f: 0.2,
  anchors: 0.05,
  lifetimeMedian: 1_000,
  honest: honest('honest'),
  flaky: honest('flaky', 100),
  flakyShare: 0.01,
  malicious: [],
} satisfies PopulationOptions

/** Populations by name. `mixed` has everything; each of the others one kind of cheat, or one kind of trouble. */
const scenarios: Readonly<Record<string, PopulationOptions>> = {
  mixed: { ...base, malicious: interleaved(Object.values(cheats)) },
  honest: { ...base, f: 0, flakyShare: 0 },
  flaky: { ...base, f: 0, flakyShare: 0.2 },
  lossy: { ...base, f: 0, honest: honest('lossy', 1, 0.05) },
  ...Object.fromEntries(Object.entries(cheats).map(([kind, malicious]) => [kind, { ...base, malicious }])),
}

export const scenarioNames: readonly string[] = Object.keys(scenarios)

/** A scenario's population; undefined for a name that is none. */
export function scenarioOf(name: string): PopulationOptions | undefined {
  return Object.hasOwn(scenarios, name) ? scenarios[name] : undefined
}

/** The first of each list, then the second of each, the short ones again and again, so that all kinds get equal shares. */
function interleaved(lists: readonly (readonly Strategy[])[]): Strategy[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: longest }).flatMap((_, round) =>
    lists.flatMap((list) => list[round % list.length] ?? []),
  )
}
