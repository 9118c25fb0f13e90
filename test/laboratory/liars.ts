import {
  allWrong,
  lastWrong,
  oneWrong,
  partOf,
  partsOfUnit,
  right,
  sharedFlavours,
  type Answer,
} from './answer.ts'
import { computeSpot, computeUnit } from './honest.ts'
import type { Identity, MaliciousKind, Strategy, World } from './strategy.ts'
import type { UnitTask } from './task.ts'

/** A liar's part of a strategy: when it lies, and what it says. undefined: it computes the unit as it should. */
type Lie = (identity: Identity, task: UnitTask, world: World) => Answer | undefined

/** Skips this share of every unit, or of one in `1 / rate`, from the start or once it is trusted. What it skipped reads as zeros, as with everybody who skips. */
export function lazy(share: number, rate: number, patient: boolean): Strategy {
  const skipped = lastWrong(share, sharedFlavours.lazy)
  const begins = (identity: Identity, { trustedAfter }: World) =>
    !patient || identity.accepted >= trustedAfter
  return {
    kind: 'lazy',
    label: `lazy, skips ${share} of ${rate}${patient ? ', once trusted' : ''}`,
    malicious: true,
    cartel: false,
    vanishing: 0,
    answer: (identity, task, world) => {
      const skips = !(patient && task.second) && begins(identity, world) && world.random.chance(rate)
      if (!skips) return computeUnit(identity, world)
      identity.computed += 1 - share
      return skipped
    },
    answerSpot: (identity, _unit, spot, world) => {
      const wrong = partOf(skipped, spot)
      if (wrong !== 0 && begins(identity, world) && world.random.chance(rate)) return wrong
      return computeSpot(identity, world)
    },
  }
}

/** Patient: computes everything, and spoils one part of a unit at this rate. */
export function saboteur(rate: number): Strategy {
  return member('saboteur', `saboteur at ${rate}`, (identity, task, { random }) => {
    if (task.second || !random.chance(rate)) return undefined
    identity.computed += 1
    return oneWrong(random.below(partsOfUnit), sharedFlavours.cartel)
  })
}

/** Honest until it is trusted, then computes nothing any more. */
export function trustThenCheat(): Strategy {
  return member('trust-then-cheat', 'trust-then-cheat', cheatOnceTrusted)
}

/** As trust-then-cheat, and gone a few units later, before a check has come. */
export function hitAndRun(): Strategy {
  return {
    ...member('hit-and-run', 'hit-and-run', cheatOnceTrusted),
    lifetimeOf: ({ random, trustedAfter }) => trustedAfter + 1 + random.below(40),
  }
}

/** Lies when the members hold enough copies of a unit to decide its answer; otherwise in this share of units. */
export function colluder(rate: number): Strategy {
  return member('colluders', `colluders at ${rate}`, (_identity, { unit }, world) => {
    const safe = world.cartel.copies(unit) >= world.copiesToDecide
    return safe || world.random.chance(rate) ? allWrong(sharedFlavours.cartel) : undefined
  })
}

/** Answers wrongly where it sees that it checks another, and now and then where it may be checking. */
export function lyingAuditor(rate: number): Strategy {
  const strategy = member('lying-auditors', `lying auditors at ${rate}`, (_identity, _task, { random }) =>
    random.chance(rate) ? oneWrong(random.below(partsOfUnit), sharedFlavours.cartel) : undefined,
  )
  return {
    ...strategy,
    answerSpot: (identity, unit, spot, world) => {
      if (world.cartel.lieAbout(unit)) return strategy.answerSpot(identity, unit, spot, world)
      // One spot is as good an accusation as a whole bundle of them, and looks more like an accident.
      return world.random.chance(1 / 8) ? sharedFlavours.cartel : computeSpot(identity, world)
    },
  }
}

/** Earns trust with units of a job of its own, that cost nothing, and cheats on the dear ones of others. */
export function selfDealer(): Strategy {
  return member('self-dealers', 'self-dealers', cheatOnceTrusted)
}

/** Where another has computed the unit before, a lie would only be found out. */
function cheatOnceTrusted(identity: Identity, task: UnitTask, { trustedAfter }: World): Answer | undefined {
  return identity.accepted >= trustedAfter && !task.second ? allWrong(sharedFlavours.cartel) : undefined
}

/** Members of the cartel repeat each other's lies, whether they are asked for the unit or for a part of it. */
function member(kind: MaliciousKind, label: string, lie: Lie): Strategy {
  return {
    kind,
    label,
    malicious: true,
    cartel: true,
    vanishing: 0,
    answer: (identity, task, world) => {
      if (task.purpose === 'farm') return right
      const told = world.cartel.lieAbout(task.unit)
      if (told) return told
      const fresh = lie(identity, task, world)
      if (fresh) return world.cartel.lie(task.unit, fresh)
      return computeUnit(identity, world)
    },
    answerSpot: (identity, unit, spot, world) => {
      const told = world.cartel.lieAbout(unit)
      return told ? partOf(told, spot) : computeSpot(identity, world)
    },
  }
}
