import { defaultDurations, type Durations } from '#coordinator/core/durations.ts'
import { defaultPolicy, type Policy } from '#coordinator/core/trust/policy.ts'
import type { Random } from '#test/simulation/random.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** What one network has to live with. Drawn anew for each seed. */
export interface Conditions {
  readonly slots: number
  /** Share of the slots that cheat. */
  readonly f: number
  /** How long jobs come and things go wrong; afterwards the network heals, and everything must come to its end. */
  readonly troubleMs: number
  /** It must have come to its end so long after. */
  readonly healingMs: number
  readonly durations: Durations
  readonly policy: Policy
  readonly tickMs: number
  /** Chance that the connection breaks with a message. */
  readonly lossRate: number
  /** From one break of a tab's connection to the next, in the middle. */
  readonly breakMs: number
  readonly crashMs: number
  /** From one stall of the beacon to the next, and how long it stays silent. */
  readonly stallMs: number
  readonly silentMs: number
  readonly jobs: number
  /** Jobs keep so large a share of the network's time busy. */
  readonly load: number
}

/** Never by itself: heartbeats are not simulated one by one, so a silent tab is told of by a sign that it may be gone. */
const silenceMsMax = 1e12

/** The conditions of one network, large enough to be like a real one. */
export function drawConditions(random: Random, slots?: number, troubleHours?: number): Conditions {
  return {
    slots: slots ?? 100 + random.below(200),
    f: random.between(0, 0.4),
    troubleMs: (troubleHours ?? 24) * hourMs,
    healingMs: 48 * hourMs,
    durations: {
      ...defaultDurations,
      // With the longer one a unit is done before its lease has to be renewed.
      leaseMs: random.chance(0.25) ? defaultDurations.leaseMs : defaultDurations.renewedMsMax,
      silenceMsMax,
      // With the shorter one whoever computes for minutes is idle meanwhile, and all that is pending is audited.
      tailIdleMs: random.chance(0.4) ? defaultDurations.tailIdleMs : hourMs,
      epochMs: 10 * minuteMs,
      chainRetryMs: minuteMs,
    },
    // The rounds of a chain, or those of a slower source.
    policy: { ...defaultPolicy, beaconRoundMs: random.chance(0.5) ? 12_000 : 30_000 },
    tickMs: 30_000,
    lossRate: random.between(0, 0.004),
    breakMs: random.between(0.5, 4) * hourMs,
    crashMs: random.between(3, 12) * hourMs,
    stallMs: random.between(2, 12) * hourMs,
    silentMs: random.between(1, 60) * minuteMs,
    jobs: 16,
    load: random.between(0.2, 0.8),
  }
}
