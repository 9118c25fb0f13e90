import { oneWrong, ownFlavour, partsOfUnit, right, type Answer } from './answer.ts'
import type { Identity, Kind, Strategy, World } from './strategy.ts'

/** Computes everything, on a device that errs so many times as often as others. */
export function honest(
  kind: Extract<Kind, 'honest' | 'flaky' | 'lossy'>,
  errors = 1,
  vanishing = 0,
): Strategy {
  return {
    kind,
    label: kind,
    malicious: false,
    cartel: false,
    vanishing,
    answer: (identity, _task, world) => computeUnit(identity, world, errors),
    answerSpot: (identity, _unit, _spot, world) => computeSpot(identity, world, errors),
  }
}

/** A unit computed as it should be, but for the device's own errors. */
export function computeUnit(identity: Identity, { random, deviceErrorRate }: World, errors = 1): Answer {
  identity.computed += 1
  return random.chance(errors * deviceErrorRate)
    ? oneWrong(random.below(partsOfUnit), ownFlavour(identity.id))
    : right
}

/** A spot computed as it should be, but for the device's own errors: the flavour of the part. */
export function computeSpot(identity: Identity, { random, deviceErrorRate }: World, errors = 1): number {
  identity.computed += 1 / partsOfUnit
  return random.chance((errors * deviceErrorRate) / partsOfUnit) ? ownFlavour(identity.id) : 0
}
