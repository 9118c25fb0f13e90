import { parseArgs, type ParseArgsConfig } from 'node:util'
import { toJson } from '#protocol/frames.ts'
import { simulate } from '#test/simulation/simulate.ts'
import { runLaboratory } from './laboratory.ts'
import { endurance } from './endurance.ts'
import { scenarioNames, scenarioOf } from './scenarios.ts'
import { schemeNames, schemeOf } from './schemes.ts'

const usage = `Usage: npm run sim -- [--scenario <name>] [--seed N] [--units 1e6] [--json]

  --scenario <name>  who takes part (default: crashes)
      crashes        one job in every detail: network, crashes of the coordinator, a chain that fails
      endurance      many small jobs, invariants checked after every event; takes --hours instead of --units
      ${scenarioNames.slice(0, 5).join(', ')},
      ${scenarioNames.slice(5).join(', ')}
                     a population of providers, and a scheme that verifies what they compute
  --seed N           whole number; the same seed gives the same run (default: 1)
  --units N          units of the run, as 200000 or 1e6 (default: 1e6; crashes: 40)
  --hours N          hours that all providers together are there, for endurance (default: 1e4)
  --f X              share of the capacity that is malicious, from 0 to 0.5 (default: the scenario's)
  --scheme <name>    ${schemeNames.join(', ')} (default: mask)
  --json             one object on one line
`

const options = {
  scenario: { type: 'string', default: 'crashes' },
  seed: { type: 'string', default: '1' },
  units: { type: 'string' },
  hours: { type: 'string' },
  f: { type: 'string' },
  scheme: { type: 'string', default: 'mask' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

/** What the caller wrote cannot be meant. */
class Misuse extends Error {}

try {
  const { values } = parseArgs({ options })
  if (values.help) process.stdout.write(usage)
  else print(reportFor(values), values.json === true)
} catch (error) {
  const code = (error as { code?: string }).code ?? ''
  if (!(error instanceof Misuse) && !code.startsWith('ERR_PARSE_ARGS')) throw error
  process.stderr.write(`sim: ${(error as Error).message} Try: npm run sim -- --help\n`)
  process.exitCode = 2
}

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

function reportFor(values: Values): object {
  const { scenario } = values
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 32 - 1)
  if (scenario !== 'endurance' && values.hours !== undefined)
    throw new Misuse('--hours is for the scenario "endurance"; others take --units.')
  if (scenario === 'crashes')
    return { scenario, ...simulate({ seed, unitCount: wholeNumber('units', values.units ?? '40', 1, 1e5) }) }
  if (scenario === 'endurance')
    return endurance({ seed, hours: wholeNumber('hours', values.hours ?? '1e4', 1, 1e9) })
  const population = scenarioOf(scenario)
  if (!population)
    throw new Misuse(
      `"${scenario}" is no scenario; there are crashes, endurance, ${scenarioNames.join(', ')}.`,
    )
  const scheme = schemeOf(values.scheme)
  if (!scheme) throw new Misuse(`"${values.scheme}" is no scheme; there are ${schemeNames.join(', ')}.`)
  const f = values.f === undefined ? population.f : share(values.f)
  if (f > 0 && population.malicious.length === 0)
    throw new Misuse(`Nobody in the scenario "${scenario}" is malicious, so it takes no --f.`)
  return runLaboratory({
    scenario,
    population: { ...population, f },
    schemeName: values.scheme,
    scheme,
    seed,
    units: wholeNumber('units', values.units ?? '1e6', 100, 1e8),
  })
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new Misuse(`--${name} must be a whole number from ${least} to ${most}, not "${text}".`)
}

function share(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= 0 && value <= 0.5) return value
  throw new Misuse(`--f must be a number from 0 to 0.5, not "${text}".`)
}

function print(report: object, asJson: boolean): void {
  if (asJson) process.stdout.write(`${toJson(report)}\n`)
  else
    for (const [name, value] of Object.entries(report))
      process.stdout.write(
        `${name.padEnd(20)} ${typeof value === 'object' ? toJson(value) : String(value)}\n`,
      )
}
