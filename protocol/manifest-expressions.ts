import { evaluateAmount, parseExpression, variablesIn, type Amount } from './expression.ts'
import type { CompleteStep } from './complete-manifest.ts'
import type { Manifest, StepPlan } from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

/** The variables that may stand in an expression; `anyColumn`: a units list whose columns are not known yet. */
export interface KnownNames {
  readonly names: ReadonlySet<string>
  readonly anyColumn: boolean
}

/** What may be named where no `repeat` counts; with `counters too`, every counter of the manifest as well. */
export function namesOutsideRepeats(manifest: Manifest, counters?: 'counters too'): KnownNames {
  const { units, parameters, passes = [] } = manifest
  const columns = 'list' in units ? (units.columns ?? []) : []
  return {
    anyColumn: 'list' in units && units.columns === undefined,
    names: new Set([
      ...Object.keys(parameters).map((name) => `$${name}`),
      ...['begin', 'count', 'index', ...columns].map((name) => `$unit.${name}`),
      '$i',
      ...(counters ? countersOf(passes) : []),
    ]),
  }
}

/** With one more counter, inside a `repeat`. */
export function withCounter(known: KnownNames, name: string | undefined): KnownNames {
  return name === undefined ? known : { ...known, names: new Set([...known.names, `$${name}`]) }
}

/** The named counters of all repeats, the `$` included. */
export function countersOf(steps: readonly (StepPlan | CompleteStep)[]): string[] {
  return steps.flatMap((step) =>
    'do' in step ? [...(step.as === undefined ? [] : [`$${step.as}`]), ...countersOf(step.do)] : [],
  )
}

/**
 * A bad expression would otherwise show only in a volunteer's worker.
 *
 * @throws {Refusal} `manifestInvalid` with the field
 */
export function checkExpression(where: string, amount: Amount, known: KnownNames): void {
  const text = `${amount}`
  try {
    for (const name of variablesIn(parseExpression(text)))
      if (!known.names.has(name) && !(known.anyColumn && name.startsWith('$unit.')))
        throw new Refusal('expressionInvalid', `In "${text}": there is no ${name} here.`, {
          next: `Known here: ${[...known.names].join(', ')}.`,
        })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('manifestInvalid', `job.json, ${where}: ${error.message}`, {
      where,
      next: error.next ?? 'Correct the expression.',
    })
  }
}

/** Parameters are numbers, or expressions over those above them. @throws {Refusal} `manifestInvalid` */
export function checkParameters(manifest: Manifest): void {
  const values: Record<string, number> = {}
  const counters = new Set(countersOf(manifest.passes ?? []))
  for (const [name, amount] of Object.entries(manifest.parameters)) {
    const where = `parameters.${name}`
    if (['unit', 'i'].includes(name) || counters.has(`$${name}`))
      throw new Refusal('manifestInvalid', `job.json, ${where}: $${name} means something else.`, {
        where,
        next: 'Rename the parameter.',
      })
    checkExpression(where, amount, { names: new Set(Object.keys(values)), anyColumn: false })
    try {
      values[`$${name}`] = evaluateAmount(amount, values)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Refusal('manifestInvalid', `job.json, ${where}: ${error.message}`, {
        where,
        next: 'Correct the expression.',
      })
    }
  }
}
