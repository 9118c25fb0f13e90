import { encodeSpots } from '#protocol/spot-results.ts'
import { isErrand } from '#protocol/ids.ts'
import type { World } from '../core/a-world.ts'
import { aJob } from '../core/a-world.ts'

/** Units of 64 words, one word a spot. */
export const spottedTerms = aJob({ unitCount: 40, quorum: 1, spottable: true, resultBytes: 256 })
/** Nothing is audited, every unit has two spots. */
export const spotsOnly = { probationUnits: 0, auditRate: 0 }
export const right = new Uint8Array(256).fill(7)

/** A result that is wrong in these spots. */
export function wrongIn(spots: readonly number[]): Uint8Array {
  const result = right.slice()
  for (const spot of spots) result.fill(8, 4 * spot, 4 * spot + 4)
  return result
}

/** What a checker answers to its newest bundle: what a result holds that is wrong in these spots, of these units or of all. */
export function answerSpots(
  world: World,
  name: string,
  wrong: readonly number[] | 'all' = [],
  units?: readonly number[],
): void {
  const order = world.heard(name, 'assign').findLast(({ assignment }) => isErrand(assignment))
  if (order?.task?.kind !== 'spots') throw new Error(`${name} was given no spots`)
  const bundle = encodeSpots(
    order.task.spots.map(([unit, spot]) => ({
      runs: Uint32Array.of(4 * spot, 4),
      bytes: new Uint8Array(4).fill(
        (units?.includes(unit) ?? true) && (wrong === 'all' || wrong.includes(spot)) ? 8 : 7,
      ),
    })),
  )
  world.deliverBytes(name, bundle, order.assignment)
}

/** These providers do all that they are given as it should be done, for so many seconds. */
export function serve(world: World, names: string, truth: Uint8Array = right, seconds = 30): void {
  for (let second = 0; second < seconds; second += 1) {
    world.publish(1)
    for (const name of names)
      for (const { assignment, task } of world.heard(name, 'assign')) {
        if (world.state.assignments.get(assignment)?.state !== 'leased') continue
        if (task?.kind === 'spots') world.deliverBytes(name, spotsFrom(truth, task.spots), assignment)
        else world.deliverBytes(name, truth, assignment)
      }
  }
}

function spotsFrom(truth: Uint8Array, spots: readonly (readonly [number, number])[]): Uint8Array {
  return encodeSpots(
    spots.map(([, spot]) => ({
      runs: Uint32Array.of(4 * spot, 4),
      bytes: truth.slice(4 * spot, 4 * spot + 4),
    })),
  )
}

/** The spots of a unit that are still to be re-run. */
export function spotsOf(world: World, unit: number): number[] {
  const draw = world.job.open.get(unit)?.draw
  return draw?.kind === 'spots' ? [...draw.left] : []
}
