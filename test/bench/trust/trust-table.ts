import type { Estimate } from './estimate.ts'
import type { TrustFigures } from './trust-bench.ts'

export const schemeTitles: Readonly<Record<string, string>> = {
  mask: 'MASK',
  quorum2: 'quorum of two',
  mfirst: 'm-first, m = 3',
  boinc: 'BOINC adaptive replication',
  poco: 'iExec PoCo, trust 100',
  sarmenta: 'Sarmenta credibility',
}

export const trustColumns = [
  'scheme',
  'f',
  'overhead',
  'overhead, ≥ 1,000 units',
  'escaped elements',
  'escaped elements, ≥ 1,000 units',
  'escaped units',
  'honest income',
  'best cheat’s income',
  'best cheat',
  'honest pay exact',
] as const

/** The comparison, a row for each scheme and share of cheats. */
export function trustRows({ cells }: TrustFigures): string[][] {
  return cells.map((cell) => [
    schemeTitles[cell.scheme] ?? cell.scheme,
    cell.f.toFixed(1),
    interval(cell.overhead, plain),
    interval(cell.longLived.overhead, plain),
    interval(cell.escapedElements, tiny),
    interval(cell.longLived.escapedElements, tiny),
    interval(cell.escapedUnits, tiny),
    cell.honestIncome.toFixed(4),
    cell.bestCheater === null ? '–' : cell.bestCheaterIncome.toFixed(4),
    cell.bestCheater ?? '–',
    cell.honestPayExact ? 'yes' : 'no',
  ])
}

/** What a reader of the folder sees first. */
export function trustReadme(figures: TrustFigures): string {
  const { seeds, units, slots, cells } = figures
  const rows = [[...trustColumns], trustColumns.map(() => '---'), ...trustRows(figures)]
  const lifetimes = cells
    .filter(({ scheme }) => scheme === 'mask')
    .flatMap(({ f, byLifetime }) =>
      byLifetime.map((one) => [
        f.toFixed(1),
        `${one.from}${one.to === null ? ' and more' : ` to ${one.to - 1}`}`,
        String(one.finals),
        plain(one.overhead),
        tiny(one.escapedElements),
        tiny(one.escapedUnits),
      ]),
    )
  const lifetimeHead = [
    'f',
    'units of the identity',
    'final units',
    'overhead',
    'escaped elements',
    'escaped units',
  ]
  return `# How much can be believed

Every verification scheme under the same population of providers: honest ones, of whom some have flaky devices, and a share f of
the capacity that cheats in every way the laboratory knows (\`test/laboratory/liars.ts\`). MASK is the coordinator's real core.

    npm run bench -- trust --seeds ${seeds} --units ${units}

wrote this folder: seeds 1 to ${seeds}, ${units} units a run, ${slots} providers at a time, lifetimes log-normal (median 1,000 units,
σ = 2), 5 % of the capacity anchors. ± is the half-width of the 95 % confidence interval over the seeds. Overhead is computations for
each final unit, billed to the identity that computed it first. An element is one of a unit's 64 parts; it has escaped when it is
wrong and final. Income is pay less the cost of what was really computed (0.8 of a unit's pay), for each unit of work taken.

![Escaped error against overhead](escaped-against-overhead.svg)

![Escaped error against overhead, identities of 1,000 units or more](escaped-against-overhead-long-lived.svg)

![Escaped error by f](escaped-by-f.svg)

${table(rows)}

## MASK by lifetime

![Overhead by lifetime](overhead-by-lifetime.svg)

![Escaped error by lifetime](escaped-by-lifetime.svg)

${table([lifetimeHead, lifetimeHead.map(() => '---'), ...lifetimes])}
`
}

function table(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function interval({ mean, halfWidth }: Estimate, text: (value: number) => string): string {
  if (Number.isNaN(mean)) return '–'
  return Number.isNaN(halfWidth) ? text(mean) : `${text(mean)} ± ${text(halfWidth)}`
}

function plain(value: number): string {
  return value.toFixed(3)
}

function tiny(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}
