// The prime factors of n² + 1, an n to an invocation, by Pollard's rho in Brent's form (1980).

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> rows: array<Row>; // unit_count rows

@compute @workgroup_size(32)
fn factor(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.unit_count || id.x >= arrayLength(&rows)) { return; }
  rows[id.x] = row_of(params.first + params.unit_begin + id.x);
}

fn row_of(n: u32) -> Row {
  var row = Row();
  row.n = n;
  var largest = ZERO;
  // Still to be taken apart. A number that has few factors is never more than this many pieces.
  var pieces = array<vec2u, 12>();
  pieces[0] = divided_by_small(square_plus_one(n), &row);
  var count = select(1u, 0u, is_same(pieces[0], ONE));
  if (count == 0u) { largest = vec2u(largest_in(row), 0u); }
  // Each turn settles a prime or makes two pieces of one: at most 26 odd primes make up a number below 2⁶².
  for (var turn = 0u; turn < 64u && count > 0u; turn++) {
    let piece = pieces[count - 1u];
    if (is_prime(piece)) {
      count -= 1u;
      if (is_below(largest, piece)) { largest = piece; }
      if (piece.y == 0u) { add_prime(&row, piece.x); }
      continue;
    }
    let found = factor_of(piece);
    // A piece that no parameter of rho takes apart; none is known.
    if (is_same(found, ONE) || count == 12u) { return Row(); }
    pieces[count - 1u] = found;
    pieces[count] = low_product(piece, inverse_of(found));
    count += 1u;
  }
  row.size = size_of(largest);
  return row;
}

// Odd primes that divide an n² + 1 leave 1 when divided by 4.
const SMALL_PRIMES = array<u32, 15>(2, 5, 13, 17, 29, 37, 41, 53, 61, 73, 89, 97, 101, 109, 113);

// The number without its small primes, which the row then has.
fn divided_by_small(number: vec2u, row: ptr<function, Row>) -> vec2u {
  var rest = number;
  for (var index = 0u; index < 15u; index++) {
    let prime = SMALL_PRIMES[index];
    let inverse = inverse_of(vec2u(prime | 1u, 0u));
    while (remainder(rest, prime) == 0u) {
      add_prime(row, prime);
      if (prime == 2u) { rest = halved(rest); } else { rest = low_product(rest, inverse); }
    }
  }
  return rest;
}

fn largest_in(row: Row) -> u32 {
  var largest = 0u;
  for (var index = 0u; index < PRIMES_MAX; index++) { largest = max(largest, row.primes[index]); }
  return largest;
}

// Puts a prime into its place, unless it is there.
fn add_prime(row: ptr<function, Row>, prime: u32) {
  var moved = prime;
  for (var index = 0u; index < PRIMES_MAX; index++) {
    let here = (*row).primes[index];
    if (here == moved) { return; }
    if (here != 0u && here < moved) { continue; }
    (*row).primes[index] = moved;
    if (here == 0u) { return; }
    moved = here;
  }
}

// A factor of an odd composite number, neither 1 nor itself; 1 where none was found.
fn factor_of(n: vec2u) -> vec2u {
  let modulus = modulus_of(n);
  for (var seed = 1u; seed <= 16u; seed++) {
    let found = rho(modulus, vec2u(seed, 0u));
    if (!is_same(found, ONE) && !is_same(found, n)) { return found; }
  }
  return ONE;
}

const BATCH = 64u; // steps between two looks for a common divisor

// Steps of x ↦ x² + seed, until two of them are the same modulo a factor. Numbers stay in Montgomery's form.
fn rho(modulus: Modulus, seed: vec2u) -> vec2u {
  var batch = BATCH;
  var slow = modulus.one;
  var fast = modulus.one;
  // A factor below 2³¹ is found after some 2¹⁶ steps.
  for (var length = 1u; length <= 1048576u; length *= 2u) {
    slow = fast;
    for (var step = 0u; step < length; step++) { fast = next(fast, seed, modulus); }
    var done = 0u;
    while (done < length) {
      let before = fast;
      let steps = min(batch, length - done);
      var differences = modulus.one;
      for (var step = 0u; step < steps; step++) {
        fast = next(fast, seed, modulus);
        differences = product(differences, distance_of(slow, fast), modulus);
      }
      let divisor = common_divisor(differences, modulus.n);
      if (is_same(divisor, modulus.n) && batch > 1u) {
        // All factors in one batch: once more, step by step.
        fast = before;
        batch = 1u;
        continue;
      }
      if (!is_same(divisor, ONE)) { return divisor; }
      done += steps;
    }
  }
  return ONE;
}

fn next(x: vec2u, seed: vec2u, modulus: Modulus) -> vec2u {
  return add_modulo(product(x, x, modulus), seed, modulus.n);
}

fn distance_of(a: vec2u, b: vec2u) -> vec2u {
  return select(subtract(a, b), subtract(b, a), is_below(a, b));
}

// The greatest common divisor with an odd number, by halving and subtracting (Stein 1967).
fn common_divisor(a: vec2u, odd: vec2u) -> vec2u {
  if (is_same(a, ZERO)) { return odd; }
  var left = shifted_right(a, zeros_behind(a));
  var right = odd;
  for (var step = 0u; step < 128u && !is_same(left, right); step++) {
    let larger = select(left, right, is_below(left, right));
    let smaller = select(right, left, is_below(left, right));
    let difference = subtract(larger, smaller);
    left = shifted_right(difference, zeros_behind(difference));
    right = smaller;
  }
  return left;
}
