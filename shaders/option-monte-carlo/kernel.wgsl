// Prices of call options by simulation: a European one and an Asian one with the same strike and maturity. One unit is
// one strike and maturity. The share moves as Black and Scholes have it (geometric Brownian motion).

struct Params {
  unit_index: u32, // every unit has random numbers of its own
  walkers: u32,    // invocations; a multiple of 64
  pairs: u32,      // pairs of paths that each walker follows
  dates: u32,      // equally spaced days on which the share's price is looked at, the last one at maturity
  seed: u32,
  spot: f32,       // today's price of the share
  strike: f32,
  drift: f32,      // of the logarithm of the price, from date to date
  diffusion: f32,  // standard deviation of the same
  interest: f32,   // rate × maturity
}

struct Prices {
  european: f32,       // pays what the share is above the strike at maturity
  european_error: f32, // standard error of the price
  asian: f32,          // pays what the mean over the dates is above the strike
  asian_error: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
// walkers sums over pairs, of European payoff, its square, Asian payoff, its square. A pair's payoff is the mean of its
// two, less the payoff of a share that does not waver: small numbers, so that the squares lose nothing.
@group(0) @binding(1) var<storage, read_write> partial_sums: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> prices: array<Prices, 1>;

// Each invocation follows `pairs` pairs of paths.
@compute @workgroup_size(64)
fn simulate(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.walkers) { return; }
  let calm = calm_payoffs();
  var sums = vec4f(0.0);
  for (var pair = 0u; pair < params.pairs; pair++) {
    let payoffs = pair_payoffs(id.x * params.pairs + pair) - calm;
    sums += vec4f(payoffs.x, payoffs.x * payoffs.x, payoffs.y, payoffs.y * payoffs.y);
  }
  partial_sums[id.x] = sums;
}

var<workgroup> columns: array<vec4f, 64>;

// One workgroup adds everything up, always in the same order: 64 columns, then halves.
@compute @workgroup_size(64)
fn combine(@builtin(local_invocation_index) lane: u32) {
  var sum = vec4f(0.0);
  for (var walker = lane; walker < params.walkers; walker += 64u) { sum += partial_sums[walker]; }
  columns[lane] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { columns[lane] += columns[lane + half]; }
  }
  if (lane > 0u) { return; }
  let count = f32(params.walkers * params.pairs);
  let means = columns[0] / count;
  let variances = max(vec2f(0.0), means.yw - means.xz * means.xz) * (count / (count - 1.0));
  let discount = exp(-params.interest);
  let values = discount * (calm_payoffs() + means.xz);
  let errors = discount * sqrt(variances / count);
  prices[0] = Prices(values.x, errors.x, values.y, errors.y);
}

// European and Asian payoff, each the mean of two paths: what moves one up moves the other down, which leaves less to
// chance (antithetic variates).
fn pair_payoffs(pair: u32) -> vec2f {
  var walk = 0.0;
  var share = vec2f(params.spot);
  var total = vec2f(0.0);
  var normals = vec4f(0.0);
  for (var date = 0u; date < params.dates; date++) {
    if (date % 4u == 0u) { normals = four_normals(vec4u(params.seed, params.unit_index, pair, date / 4u)); }
    walk += normals[date % 4u];
    share = share_at(date, vec2f(walk, -walk));
    total += share;
  }
  let european = max(vec2f(0.0), share - params.strike);
  let asian = max(vec2f(0.0), total / f32(params.dates) - params.strike);
  return 0.5 * vec2f(european.x + european.y, asian.x + asian.y);
}

// The payoffs along the path whose random numbers are all zero.
fn calm_payoffs() -> vec2f {
  var share = params.spot;
  var total = 0.0;
  for (var date = 0u; date < params.dates; date++) {
    share = share_at(date, vec2f(0.0)).x;
    total += share;
  }
  return max(vec2f(0.0), vec2f(share, total / f32(params.dates)) - params.strike);
}

// The share's price along two paths, after the sums of normal numbers. Straight from the sums: multiplying from date to
// date would add up what `exp` is off.
fn share_at(date: u32, walks: vec2f) -> vec2f {
  return params.spot * exp(params.drift * f32(date + 1u) + params.diffusion * walks);
}

// Normally distributed numbers that depend on nothing but the counter.
fn four_normals(counter: vec4u) -> vec4f {
  // The middles of 2²³ equal parts of (0, 1): exact in f32, and so is their distance from ½.
  let odd = (hash(counter) >> vec4u(9u)) * 2u + 1u;
  return vec4f(normal(odd.x), normal(odd.y), normal(odd.z), normal(odd.w));
}

// The number below which a normal variable lies with probability odd / 2²⁴: algorithm AS 241 (PPND7) of Wichura (1988),
// good to seven digits. Its third branch, beyond 1.4e-11, is never reached.
fn normal(odd: u32) -> f32 {
  let q = (f32(odd) - 8388608.0) / 16777216.0;
  if (abs(q) <= 0.425) {
    let r = 0.180625 - q * q;
    return q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
        / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
  }
  let tail = f32(min(odd, 16777216u - odd)) / 16777216.0;
  let r = sqrt(-log(tail)) - 1.6;
  let size = (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777)
      / ((0.12021132975 * r + 0.7370016425) * r + 1.0);
  return select(size, -size, q < 0.0);
}

// pcg4d of Jarzynski & Olano, "Hash functions for GPU rendering" (2020).
fn hash(counter: vec4u) -> vec4u {
  var v = counter * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}
