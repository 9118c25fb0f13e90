import { unreachable } from '#protocol/assert.ts'
import type { FailingCondition } from '#protocol/waiting.ts'
import type { Mismatch } from './match.ts'

/** A condition that a provider fails, and how long a unit would take it. */
export interface Failure {
  readonly mismatch: Mismatch
  readonly forecastMs: number
}

/** Those who fail one condition. */
export interface FailingGroup {
  readonly first: Mismatch
  readonly all: Failure[]
  /** Those of them who fail no other. */
  readonly only: Failure[]
}

/** Puts providers that do not match together by what they fail; one that fails several things stands in several groups. */
export class FailingTally {
  readonly #groups = new Map<string, FailingGroup>()

  add(mismatches: readonly Mismatch[], forecastMs: number): void {
    for (const mismatch of mismatches) {
      const failure = { mismatch, forecastMs }
      const group = this.#groupOf(mismatch)
      group.all.push(failure)
      if (mismatches.length === 1) group.only.push(failure)
    }
  }

  /** Those with the most providers first. */
  get groups(): readonly FailingGroup[] {
    return [...this.#groups.values()].sort((one, other) => other.all.length - one.all.length)
  }

  #groupOf(first: Mismatch): FailingGroup {
    const name = nameOf(first)
    let group = this.#groups.get(name)
    if (!group) {
      group = { first, all: [], only: [] }
      this.#groups.set(name, group)
    }
    return group
  }
}

function nameOf(mismatch: Mismatch): string {
  if (mismatch.condition === 'feature') return `feature ${mismatch.feature}`
  return mismatch.condition === 'limit' ? `limit ${mismatch.limit}` : mismatch.condition
}

/** A group as the API tells it: how many, what is needed, and how near the best of them comes. */
export function failingViewOf({ first, all, only }: FailingGroup, nowMs: number): FailingCondition {
  const failed = { providers: all.length, only: only.length }
  switch (first.condition) {
    case 'feature':
      return { condition: 'feature', feature: first.feature, ...failed }
    case 'limit':
      return { condition: 'limit', limit: first.limit, needed: first.needs, best: bestOf(all), ...failed }
    case 'memory':
      return { condition: 'memory', neededBytes: first.needs, bestBytes: bestOf(all), ...failed }
    case 'speed':
      return { condition: 'speed', neededGflops: first.needs, bestGflops: bestOf(all), ...failed }
    case 'data':
      return { condition: 'data', neededBytes: first.needs, bestBytes: bestOf(all), ...failed }
    case 'price':
      return { condition: 'price', ...bestPriceOf(all), ...failed }
    case 'deadline':
      return { condition: 'deadline', deadlineMs: nowMs + first.has, ...failed }
    case 'cause':
      return { condition: 'cause', cause: first.cause, ...failed }
    case 'requester':
    case 'pool':
    case 'kernel':
      return { condition: first.condition, ...failed }
    default:
      return unreachable(first)
  }
}

function bestOf(failures: readonly Failure[]): number {
  return failures.reduce((best, { mismatch }) => Math.max(best, 'has' in mismatch ? mismatch.has : 0), 0)
}

/** The most that the job would pay one of them for an hour, and the least that one of them asks. */
function bestPriceOf(failures: readonly Failure[]) {
  let paysWeiPerHour = 0n
  let asksWeiPerHour: bigint | undefined
  for (const { mismatch } of failures) {
    if (mismatch.condition !== 'price') continue
    const { offeredWeiPerHour: pays, askedWeiPerHour: asks } = mismatch
    if (pays > paysWeiPerHour) paysWeiPerHour = pays
    if (asksWeiPerHour === undefined || asks < asksWeiPerHour) asksWeiPerHour = asks
  }
  return { paysWeiPerHour, asksWeiPerHour: asksWeiPerHour ?? 0n }
}
