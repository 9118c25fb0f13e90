import { unitLetters, type JobEvent, type UnitCondition, type UnitLetter } from '#protocol/api.ts'
import { MaskError } from '#client/sdk/mask-error.ts'

/** A unit that has moved. */
export interface UnitChange {
  readonly unit: number
  readonly letter: UnitLetter
}

/** What is known of a job's units, kept current by its events. */
export class UnitMap {
  #letters: UnitLetter[] = []

  /** One letter per unit, as in a snapshot. */
  get letters(): readonly UnitLetter[] {
    return this.#letters
  }

  /** Takes an event in and returns what it changed; after a reconnection that is what was missed. */
  apply(event: JobEvent): UnitChange[] {
    const changes = event.kind === 'snapshot' ? changesBySnapshot(event) : changesByUnits(event)
    const news = changes.filter(({ unit, letter }) => this.#letters[unit] !== letter)
    for (const { unit, letter } of news) this.#letters[unit] = letter
    return news
  }

  /** The units in a condition, in order. */
  in(condition: UnitCondition): number[] {
    const wanted = unitLetters[condition]
    return this.#letters.flatMap((letter, unit) => (letter === wanted ? [unit] : []))
  }
}

const knownLetters = new Set<string>(Object.values(unitLetters))

function changesBySnapshot(event: Extract<JobEvent, { kind: 'snapshot' }>): UnitChange[] {
  if (event.units.length !== event.job.unitCount)
    throw nonsense(`has ${event.units.length} letters for ${event.job.unitCount} units`)
  return Array.from(event.units, (letter, unit) => {
    if (!knownLetters.has(letter)) throw nonsense(`has the unknown letter "${letter}"`)
    return { unit, letter: letter as UnitLetter }
  })
}

function changesByUnits(event: Extract<JobEvent, { kind: 'units' }>): UnitChange[] {
  return event.changed.map(([unit, letter]) => {
    if (unit >= event.job.unitCount) throw nonsense(`names unit ${unit} of ${event.job.unitCount}`)
    return { unit, letter }
  })
}

function nonsense(how: string): MaskError {
  const next = 'Report this to who runs the coordinator.'
  return new MaskError('answerBroken', `An event of the job ${how}.`, { where: 'events', next })
}
