import { unreachable } from '#protocol/assert.ts'
import type { Needs } from '#protocol/needs.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Mismatch } from './core/market/match.ts'
import { neverRunnable } from './core/market/never-runnable.ts'

/**
 * Turns a job away that nobody could ever run, whoever comes: it would keep its requester's money waiting.
 *
 * @throws {Refusal} `deadlinePassed`, else `jobUnrunnable`; the first obstacle is the one it names, with what would do.
 */
export function refuseUnrunnable(needs: Needs, nowMs: number): void {
  if (needs.deadlineMs !== undefined && needs.deadlineMs <= nowMs)
    throw new Refusal('deadlinePassed', `The deadline, ${timeText(needs.deadlineMs)}, has passed.`, {
      where: 'deadline',
      next: 'Name a later one, or none.',
    })
  const [obstacle] = neverRunnable(needs, nowMs)
  if (!obstacle) return
  const { message, where, next } = wordsFor(obstacle)
  throw new Refusal('jobUnrunnable', `Nobody could ever run this job: ${message}.`, { where, next })
}

function wordsFor(obstacle: Mismatch): { message: string; where: string; next: string } {
  switch (obstacle.condition) {
    case 'feature':
      return {
        message: `${obstacle.feature} is no feature that a provider may have`,
        where: 'requires.features',
        next: 'Do without it.',
      }
    case 'limit':
      return {
        message: `it needs a ${obstacle.limit} of ${obstacle.needs}, and no device offers more than ${obstacle.has}`,
        where: `requires.limits.${obstacle.limit}`,
        next: `Lower it to ${obstacle.has} or less; smaller buffers or granules need less.`,
      }
    case 'memory':
      return {
        message: `it needs ${mebibytes(obstacle.needs)} of GPU memory, and a tab lends ${mebibytes(obstacle.has)} at most`,
        where: 'requires.memoryMiB',
        next: 'Choose a smaller granule or smaller buffers.',
      }
    case 'speed':
      return {
        message: `it needs ${obstacle.needs} GFLOP/s, and no device reaches more than ${obstacle.has}`,
        where: 'requires.gflops',
        next: `Lower it to ${obstacle.has} or less.`,
      }
    case 'deadline':
      return {
        message: `not even the fastest device would finish a unit within the ${Math.round(obstacle.has / 1_000)} s that are left`,
        where: 'deadline',
        next: 'Name a later deadline, or choose a smaller granule.',
      }
    case 'cause':
    case 'requester':
    case 'pool':
    case 'kernel':
    case 'data':
    case 'price':
      throw new Error(`broken assumption: the best of all providers does not fail ${obstacle.condition}`)
    default:
      return unreachable(obstacle)
  }
}

function mebibytes(bytes: number): string {
  return `${bytes / (1024 * 1024)} MiB`
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
