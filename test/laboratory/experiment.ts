import { assert } from '#protocol/assert.ts'
import { Random } from '#test/simulation/random.ts'
import { Cartel } from './cartel.ts'
import type { Identity, World } from './strategy.ts'
import { Meter } from './meter.ts'
import { Population, type PopulationOptions } from './population.ts'
import type { Bench, Scheme } from './scheme.ts'
import type { SpotsTask, Task } from './task.ts'

/** Rounds in which nothing becomes final before a run is given up as stuck. */
const idleRoundsMax = 20_000

/** One part of a unit comes out wrong in so many of all units. */
const deviceErrorRate = 1e-4

export type NewScheme = (bench: Bench, random: Random, unitCount: number) => Scheme

export interface ExperimentOptions {
  readonly seed: number
  readonly units: number
  readonly population: PopulationOptions
  readonly scheme: NewScheme
}

export interface Outcome {
  readonly meter: Meter
  readonly identities: readonly Identity[]
  readonly violations: number
  readonly rounds: number
}

/** Lets a population work under a scheme until every unit is decided. The same options give the same outcome. */
export function runExperiment(options: ExperimentOptions): Outcome {
  const random = new Random(options.seed)
  const cartel = new Cartel()
  const meter = new Meter(cartel)
  const scheme = options.scheme(meter, new Random(random.next()), options.units)
  const { trustedAfter, copiesToDecide } = scheme
  const world: World = { random, cartel, deviceErrorRate, trustedAfter, copiesToDecide }
  const population = new Population(options.population, world)
  for (const { identity } of population.slots) scheme.join(identity)
  const order = [...population.slots]
  const hands: (Task | undefined)[] = order.map(() => undefined)
  let rounds = 0
  let lastFinals = 0
  let lastProgress = 0
  while (!scheme.done) {
    rounds += 1
    scheme.tick()
    cartel.nextRound()
    shuffle(order, random)
    for (const [place, slot] of order.entries()) {
      if (population.leaves(slot.identity)) {
        scheme.leave(slot.identity)
        scheme.join(population.replace(slot))
      }
      const { identity } = slot
      const task = (hands[place] = scheme.next(identity))
      if (task?.kind === 'unit' && identity.strategy.cartel) cartel.hold(task.unit)
    }
    for (const [place, { identity }] of order.entries()) {
      const task = hands[place]
      if (task) answer(identity, task, scheme, meter, world)
    }
    if (meter.finals !== lastFinals) {
      lastFinals = meter.finals
      lastProgress = rounds
    }
    assert(rounds - lastProgress < idleRoundsMax, 'a run comes to its end')
  }
  return { meter, identities: population.identities, violations: scheme.violations, rounds }
}

function answer(identity: Identity, task: Task, scheme: Scheme, meter: Meter, world: World): void {
  const { strategy } = identity
  const vanishes = strategy.vanishing > 0 && world.random.chance(strategy.vanishing)
  if (vanishes && (task.kind === 'spots' || world.random.chance(0.5))) {
    scheme.vanish(identity, task, undefined)
    return
  }
  if (task.kind === 'spots') {
    answerSpots(identity, task, scheme, meter, world)
    return
  }
  const given = strategy.answer(identity, task, world)
  if (task.purpose === 'unit') meter.tookUnit(identity, task.unit)
  else if (task.purpose === 'test') meter.tookTest(identity)
  if (vanishes) scheme.vanish(identity, task, given)
  else scheme.take(identity, task, given)
  if (task.purpose === 'test') world.cartel.forget(task.unit)
  if (identity.farming && identity.accepted >= world.trustedAfter) identity.farming = false
}

function answerSpots(identity: Identity, task: SpotsTask, scheme: Scheme, meter: Meter, world: World): void {
  const flavours = task.spots.map(([unit, spot]) => {
    meter.tookSpot(identity, unit)
    return identity.strategy.answerSpot(identity, unit, spot, world)
  })
  scheme.takeSpots(identity, task, flavours)
}

/** By Fisher and Yates. */
function shuffle(items: unknown[], random: Random): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1)
    const [left, right] = [items[last], items[other]]
    items[last] = right
    items[other] = left
  }
}
