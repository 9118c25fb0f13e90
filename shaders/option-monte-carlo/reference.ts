import { normalDensity, normalProbability, normalQuantile } from '#shaders/option-monte-carlo/normal.ts'

export interface Params {
  readonly unit: number
  readonly seed: number
  /** Pairs of paths in all. */
  readonly pairs: number
  readonly dates: number
  readonly spot: number
  readonly strike: number
  /** In years. */
  readonly maturity: number
  /** A year's interest and a year's standard deviation of the logarithm of the price. */
  readonly rate: number
  readonly volatility: number
}

/** What the kernel leaves in `prices`: European price and its standard error, Asian price and its standard error. */
export function simulatedPrices(params: Params): number[] {
  const pairs = Array.from({ length: params.pairs }, (_, pair) => pathPair(params, pair))
  const kinds = [europeanPayoff, asianPayoff]
  return kinds.flatMap((payoff) =>
    priceAndError(
      params,
      pairs.map(([up, down]) => (payoff(params, up) + payoff(params, down)) / 2),
    ),
  )
}

/** The price by the formula of Black and Scholes (1973). */
export function blackScholes({ spot, strike, maturity, rate, volatility }: Params): number {
  const deviation = volatility * Math.sqrt(maturity)
  const d = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * maturity) / deviation
  const owed = strike * Math.exp(-rate * maturity)
  return spot * normalProbability(d) - owed * normalProbability(d - deviation)
}

/** The standard error of the European price from `pairs` pairs, by integrating over the normal distribution. */
export function europeanError(params: Params): number {
  const step = 1e-3
  const moments = [0, 0] as [number, number]
  for (let z = -8 + step / 2; z < 8; z += step) {
    const payoffs = [z, -z].map((normal) => europeanPayoff(params, path({ ...params, dates: 1 }, [normal])))
    const pair = ((payoffs[0] ?? NaN) + (payoffs[1] ?? NaN)) / 2
    moments[0] += pair * normalDensity(z) * step
    moments[1] += pair ** 2 * normalDensity(z) * step
  }
  const variance = moments[1] - moments[0] ** 2
  return Math.exp(-params.rate * params.maturity) * Math.sqrt(variance / params.pairs)
}

type Path = readonly number[]

function europeanPayoff({ strike }: Params, path: Path): number {
  return Math.max(0, (path.at(-1) ?? NaN) - strike)
}

function asianPayoff({ strike }: Params, path: Path): number {
  return Math.max(0, mean(path) - strike)
}

/** The same random numbers with either sign. */
function pathPair(params: Params, pair: number): readonly [Path, Path] {
  const normals = Array.from({ length: params.dates }, (_, date) => {
    const word = hash([params.seed, params.unit, pair, Math.floor(date / 4)])[date % 4] ?? 0
    return normalQuantile((Math.floor(word / 2 ** 9) + 0.5) / 2 ** 23)
  })
  return [
    path(params, normals),
    path(
      params,
      normals.map((normal) => -normal),
    ),
  ]
}

/** The share's price on each date. */
function path({ spot, rate, volatility, maturity, dates }: Params, normals: readonly number[]): Path {
  const time = maturity / dates
  let logarithm = Math.log(spot)
  return normals.map((normal) => {
    logarithm += (rate - volatility ** 2 / 2) * time + volatility * Math.sqrt(time) * normal
    return Math.exp(logarithm)
  })
}

function priceAndError({ rate, maturity }: Params, payoffs: readonly number[]): [number, number] {
  const discount = Math.exp(-rate * maturity)
  const middle = mean(payoffs)
  const variance = payoffs.reduce((sum, payoff) => sum + (payoff - middle) ** 2, 0) / (payoffs.length - 1)
  return [discount * middle, discount * Math.sqrt(variance / payoffs.length)]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** pcg4d of Jarzynski & Olano, "Hash functions for GPU rendering" (2020), on four words. */
function hash(counter: readonly [number, number, number, number]): number[] {
  let [x, y, z, w] = counter.map((word) => Math.imul(word, 1664525) + 1013904223) as [
    number,
    number,
    number,
    number,
  ]
  for (const last of [false, true]) {
    x += Math.imul(y, w)
    y += Math.imul(z, x)
    z += Math.imul(x, y)
    w += Math.imul(y, z)
    if (last) break
    x ^= x >>> 16
    y ^= y >>> 16
    z ^= z >>> 16
    w ^= w >>> 16
  }
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0]
}
