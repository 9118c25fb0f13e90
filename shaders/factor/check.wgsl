// Whether the rows are right: every prime that they name is one and divides n² + 1, and nothing else does.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<Row>;              // unit_count rows
@group(0) @binding(2) var<storage, read_write> verdict: array<u32>; // of each row: 0 where it is right

@compute @workgroup_size(32)
fn check(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.unit_count || id.x >= arrayLength(&verdict)) { return; }
  verdict[id.x] = u32(!is_right(rows[id.x], params.first + params.unit_begin + id.x));
}

fn is_right(row: Row, n: u32) -> bool {
  if (row.n != n) { return false; }
  var rest = square_plus_one(n);
  var before = 0u;
  for (var index = 0u; index < PRIMES_MAX && row.primes[index] != 0u; index++) {
    let prime = row.primes[index];
    if (prime <= before || !is_prime(vec2u(prime, 0u)) || !divides(prime, rest)) { return false; }
    rest = divided_by(rest, prime);
    before = prime;
  }
  for (var index = 0u; index < PRIMES_MAX; index++) {
    // Behind the first zero there are only zeros.
    if (index > 0u && row.primes[index] != 0u && row.primes[index - 1u] == 0u) { return false; }
  }
  if (is_same(rest, ONE)) { return before > 0u && row.size == size_of(vec2u(before, 0u)); }
  // What is left has no factor below 2³², so it is one prime above: of two, the product would reach 2⁶⁴.
  return rest.y > 0u && is_prime(rest) && row.size == size_of(rest);
}

// The quotient modulo 2⁶⁴ always gives the number back modulo 2⁶⁴; it is one where it gives no more than that.
fn divides(prime: u32, number: vec2u) -> bool {
  if (prime == 2u) { return (number.x & 1u) == 0u; }
  let quotient = low_product(number, inverse_of(vec2u(prime, 0u)));
  let upper = wide(quotient.y, prime);
  let carried = wide(quotient.x, prime).y;
  return upper.y == 0u && upper.x + carried >= carried;
}

fn divided_by(number: vec2u, prime: u32) -> vec2u {
  var rest = number;
  let inverse = inverse_of(vec2u(prime | 1u, 0u));
  for (var times = 0u; times < 62u && divides(prime, rest); times++) {
    if (prime == 2u) { rest = halved(rest); } else { rest = low_product(rest, inverse); }
  }
  return rest;
}
