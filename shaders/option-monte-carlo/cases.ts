import type { KernelCase } from '#shaders/kernel-case.ts'
import {
  blackScholes,
  europeanError,
  simulatedPrices,
  type Params,
} from '#shaders/option-monte-carlo/reference.ts'

/** The job's share, and an option at the money on it. */
const market = {
  spot: 100,
  strike: 100,
  maturity: 1,
  rate: 0.03,
  volatility: 0.25,
  dates: 32,
  seed: 1,
  unit: 0,
}

/** One option; each of the walkers follows `each` pairs of paths. */
function option(
  title: string,
  walkers: number,
  each: number,
  values: Partial<Params>,
  expected: (params: Params) => readonly number[] = simulatedPrices,
): KernelCase {
  const params = { ...market, pairs: walkers * each, ...values }
  const { spot, rate, volatility, dates, seed, strike, maturity } = params
  return {
    title,
    changes: { parameters: { spot, rate, volatility, dates, walkers, pairs: each, seed } },
    files: () =>
      new Map([['options.csv', new TextEncoder().encode(`strike,maturity\n${strike},${maturity}\n`)]]),
    unit: 0,
    expected: () => new Uint8Array(Float32Array.from(expected(params)).buffer),
  }
}

export const cases: readonly KernelCase[] = [
  option('empty: no time is left, so the option is worth what it pays now', 64, 1, {
    maturity: 0,
    strike: 93,
  }),
  option('empty: far out of the money nothing is paid', 64, 1, { strike: 1000, maturity: 0.25 }),
  option('one: a single pair for each of the fewest walkers, one date', 64, 1, { dates: 1 }),
  option('odd: three pairs for each of 192 walkers, seven dates', 192, 3, {
    dates: 7,
    seed: 77,
    strike: 104.5,
  }),
  option('largest: 512 pairs over 32 dates, deep in the money', 128, 4, { strike: 70, maturity: 2 }),
  option('control: a share that does not waver', 64, 2, { volatility: 0, strike: 80 }),
  withinOnePercent(
    option(
      'control: with one date, both are worth what Black and Scholes say',
      1024,
      64,
      { dates: 1 },
      (params) => {
        const [price, error] = [blackScholes(params), europeanError(params)]
        return [price, error, price, error]
      },
    ),
  ),
]

/** Chance has its part in the price: a hundredth is about three standard errors. */
function withinOnePercent(wanted: KernelCase): KernelCase {
  const verify = { prices: { compare: 'tolerance', atol: 0, rtol: 0.01 } }
  return { ...wanted, changes: { ...wanted.changes, verify } }
}
