/** The number below which a normally distributed variable lies with probability p, found by halving. */
export function normalQuantile(p: number): number {
  let [low, high] = [-8, 8]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (normalProbability(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The probability that a normally distributed variable lies below z (Marsaglia, "Evaluating the normal distribution", 2004). */
export function normalProbability(z: number): number {
  let sum = 0
  for (let [term, odd] = [z, 1]; sum + term !== sum; odd += 2, term *= (z * z) / odd) sum += term
  return 0.5 + normalDensity(z) * sum
}

export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
}
