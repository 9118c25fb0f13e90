import { roundAt } from '#coordinator/edge/beacon/beacon.ts'
import type { SeededBeacon } from '#coordinator/edge/beacon/seeded-beacon.ts'
import { logNormal } from '#test/simulation/log-normal.ts'
import type { Random } from '#test/simulation/random.ts'
import type { Timeline } from '#test/simulation/timeline.ts'
import type { Conditions } from './conditions.ts'

export interface BeaconWorld {
  readonly timeline: Timeline
  readonly random: Random
  readonly conditions: Conditions
  /** Whether things still go wrong. */
  readonly isTrouble: boolean
}

/** Lets a beacon's rounds come; now and then none come for a while, and then all at once. */
export function planRounds(beacon: SeededBeacon, world: BeaconWorld): void {
  const source = { isSilent: false }
  const next = () => {
    const { nowMs: unixMs } = world.timeline
    if (!source.isSilent) beacon.reach(roundAt({ unixMs, roundMs: beacon.roundMs }))
    world.timeline.after(beacon.roundMs, next)
  }
  world.timeline.after(beacon.roundMs, next)
  planSilence(source, world)
}

function planSilence(source: { isSilent: boolean }, world: BeaconWorld): void {
  const { timeline, random, conditions } = world
  timeline.after(logNormal(random, conditions.stallMs, 1), () => {
    if (!world.isTrouble) return
    source.isSilent = true
    timeline.after(logNormal(random, conditions.silentMs, 0.5), () => {
      source.isSilent = false
      planSilence(source, world)
    })
  })
}
