import type { TopLevelSpec } from 'vega-lite'
import { plotTheme } from '#client/sdk/collect/plot-theme.ts'
import type { TrustFigures } from './trust-bench.ts'
import { schemeTitles } from './trust-table.ts'

type Spec = Extract<TopLevelSpec, { mark: unknown }>

/** Where no error escaped in a run, a logarithmic axis needs a place for it. */
const floor = 1e-7

/** The pictures of the comparison as SVG text, by file name. */
export async function drawTrust(figures: TrustFigures): Promise<Readonly<Record<string, string>>> {
  return {
    'escaped-against-overhead.svg': await draw(againstOverhead(figures, 'everybody')),
    'escaped-against-overhead-long-lived.svg': await draw(againstOverhead(figures, 'longLived')),
    'escaped-by-f.svg': await draw(byShare(figures)),
    'overhead-by-lifetime.svg': await draw(byLifetime(figures, 'overhead')),
    'escaped-by-lifetime.svg': await draw(byLifetime(figures, 'escapedElements')),
  }
}

async function draw(spec: Spec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

const common = { width: 640, height: 400, config: plotTheme } as const
const escapedTitle = 'wrong elements that became final'

type Whom = 'everybody' | 'longLived'

function rowsOf({ cells }: TrustFigures, whom: Whom) {
  return cells
    .map((cell) => ({ cell, of: whom === 'longLived' ? cell.longLived : cell }))
    .filter(({ of }) => !Number.isNaN(of.overhead.mean))
    .map(({ cell: { scheme, f }, of }) => ({
      scheme: schemeTitles[scheme] ?? scheme,
      f,
      overhead: of.overhead.mean,
      escaped: Math.max(floor, of.escapedElements.mean),
    }))
}

function againstOverhead(figures: TrustFigures, whom: Whom): Spec {
  const who = whom === 'longLived' ? 'identities of 1,000 units or more' : 'all identities'
  return {
    ...common,
    title: {
      text: 'Escaped error against overhead',
      subtitle: `${who}; along each line f goes from 0 to 0.4`,
    },
    data: { values: rowsOf(figures, whom) },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'overhead',
        type: 'quantitative',
        title: 'computations per final unit',
        scale: { zero: false },
      },
      y: {
        field: 'escaped',
        type: 'quantitative',
        title: escapedTitle,
        scale: { type: 'log' },
        axis: { format: '.0e', tickCount: 6 },
      },
      color: { field: 'scheme', type: 'nominal', title: 'scheme', legend: { labelLimit: 300 } },
      order: { field: 'f', type: 'quantitative' },
    },
  }
}

function byShare(figures: TrustFigures): Spec {
  return {
    ...common,
    title: { text: 'Escaped error by the share of cheats', subtitle: 'all identities' },
    data: { values: rowsOf(figures, 'everybody') },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'f', type: 'quantitative', title: 'share of the capacity that is malicious, f' },
      y: {
        field: 'escaped',
        type: 'quantitative',
        title: escapedTitle,
        scale: { type: 'log' },
        axis: { format: '.0e', tickCount: 6 },
      },
      color: { field: 'scheme', type: 'nominal', title: 'scheme', legend: { labelLimit: 300 } },
    },
  }
}

function byLifetime({ cells }: TrustFigures, what: 'overhead' | 'escapedElements'): Spec {
  const rows = cells
    .filter(({ scheme }) => scheme === 'mask')
    .flatMap(({ f, byLifetime: classes }) =>
      classes
        .filter(({ finals }) => finals > 0)
        .map((one) => ({
          f: `f = ${f}`,
          lifetime: nameOf(one),
          value: what === 'overhead' ? one.overhead : Math.max(floor, one.escapedElements),
        })),
    )
  const isOverhead = what === 'overhead'
  const names = cells[0]?.byLifetime.map(nameOf) ?? []
  return {
    ...common,
    title: { text: isOverhead ? 'MASK: overhead by lifetime' : 'MASK: escaped error by lifetime' },
    data: { values: rows },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'lifetime',
        type: 'ordinal',
        title: 'units of an identity',
        sort: names,
        axis: { labelAngle: 0 },
      },
      y: {
        field: 'value',
        type: 'quantitative',
        title: isOverhead ? 'computations per final unit' : escapedTitle,
        scale: isOverhead ? { zero: false } : { type: 'log' },
      },
      color: { field: 'f', type: 'nominal', title: null },
    },
  }
}

function nameOf({ from, to }: { readonly from: number; readonly to: number | null }): string {
  const least = from.toLocaleString('en')
  return to === null ? `${least} and more` : `${least}–${(to - 1).toLocaleString('en')}`
}
