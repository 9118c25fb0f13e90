// Primes in spans of whole numbers, counted exactly. One unit is some spans, one behind the other.

struct Params {
  unit_begin: u32, // the unit's first span
  unit_count: u32, // spans in this unit
  first: u32,      // the number at which span 0 begins; a multiple of 64
  length: u32,     // numbers in a span; a multiple of 64, at most 65536
}

// What is found in the span begin … begin + length − 1. A span that does not end below 2³² is all zeros.
struct Span {
  begin: u32,
  primes: u32,
  twins: u32,         // primes p of the span for which p + 2 is prime too
  largest_gap: u32,   // from a prime of the span to the next prime, wherever that is
  largest_prime: u32, // of the span; 0 where there is none
  expected: u32,      // primes that the density 1 / ln x predicts, rounded down
}

@group(0) @binding(0) var<uniform> params: Params;
// unit_count × length / 64 words. Bit b of word w of a span stands for the odd number begin + 64 w + 2 b + 1.
@group(0) @binding(1) var<storage, read_write> sieve: array<u32>;
// unit_count rows.
@group(0) @binding(2) var<storage, read_write> spans: array<Span>;

// Each invocation tests the 32 odd numbers of one word: x is the word, y the span within the unit.
@compute @workgroup_size(64)
fn mark(@builtin(global_invocation_id) id: vec3u) {
  let words = params.length / 64u;
  if (id.x >= words || id.y >= params.unit_count) { return; }
  let begin = begin_of(id.y) + 64u * id.x;
  var bits = 0u;
  for (var bit = 0u; bit < 32u; bit++) {
    if (is_prime(begin + 2u * bit + 1u)) { bits |= 1u << bit; }
  }
  sieve[id.y * words + id.x] = bits;
}

// Each invocation walks over the primes of one span.
@compute @workgroup_size(1)
fn summarise(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.unit_count || id.x >= arrayLength(&spans)) { return; }
  let place = params.unit_begin + id.x;
  if (place >= (0xffffffffu - params.first) / params.length) {
    spans[id.x] = Span();
    return;
  }
  var span = Span();
  span.begin = begin_of(id.x);
  let words = params.length / 64u;
  // The sieve holds odd numbers; 2 is the one prime that it lacks.
  if (span.begin == 0u) { add_prime(&span, 2u); }
  for (var word = 0u; word < words; word++) {
    for (var bits = sieve[id.x * words + word]; bits != 0u; bits &= bits - 1u) {
      add_prime(&span, span.begin + 64u * word + 2u * countTrailingZeros(bits) + 1u);
    }
  }
  if (span.primes > 0u) {
    // There is a next one: the span ends at 2³² − 64 at most, and 2³² − 5 is prime.
    var next = span.begin + params.length + 1u;
    while (!is_prime(next)) { next += 2u; }
    add_gap(&span, next);
  }
  span.expected = expected_primes(span.begin + params.length / 2u);
  spans[id.x] = span;
}

fn begin_of(span: u32) -> u32 {
  return params.first + (params.unit_begin + span) * params.length;
}

fn add_prime(span: ptr<function, Span>, prime: u32) {
  if ((*span).primes > 0u) { add_gap(span, prime); }
  (*span).primes += 1u;
  (*span).largest_prime = prime;
}

fn add_gap(span: ptr<function, Span>, next: u32) {
  let gap = next - (*span).largest_prime;
  (*span).largest_gap = max((*span).largest_gap, gap);
  if (gap == 2u) { (*span).twins += 1u; }
}

// length / ln(middle) in whole numbers: 47274 / 2¹⁵ is 1 / ln 2, to six digits.
fn expected_primes(middle: u32) -> u32 {
  return params.length * 47274u / log2_fixed(middle);
}

// ⌊2¹⁵ log₂ value⌋ for values from 2: squaring a number of [1, 2) doubles its logarithm, and where the square reaches
// 2 the next digit is a one.
fn log2_fixed(value: u32) -> u32 {
  let whole = 31u - countLeadingZeros(value);
  var digits = whole;
  var mantissa = value << (31u - whole); // 1 is bit 31
  for (var digit = 0u; digit < 15u; digit++) {
    mantissa = high_product(mantissa, mantissa); // 1 is bit 30
    let one = mantissa >> 31u;
    digits = 2u * digits + one;
    mantissa <<= 1u - one;
  }
  return digits;
}

const SMALL_PRIMES = array<u32, 7>(3, 5, 7, 11, 13, 17, 19);
const BASES = array<u32, 3>(2, 7, 61);

// For odd numbers below 2³²: trial division, then Miller and Rabin's test with bases that leave no exception there.
fn is_prime(n: u32) -> bool {
  if (n == 1u) { return false; }
  for (var index = 0u; index < 7u; index++) {
    let divisor = SMALL_PRIMES[index];
    if (n % divisor == 0u) { return n == divisor; }
  }
  if (n < 23u * 23u) { return true; }
  let inverse = inverse_of(n);
  let one = (0u - n) % n; // 2³² mod n
  for (var index = 0u; index < 3u; index++) {
    if (!is_strong_probable_prime(n, BASES[index], inverse, one)) { return false; }
  }
  return true;
}

// Numbers modulo n are kept in Montgomery's form: x stands as x × 2³² mod n, so `one` stands for 1.
fn is_strong_probable_prime(n: u32, base: u32, inverse: u32, one: u32) -> bool {
  let twos = countTrailingZeros(n - 1u);
  let odd = (n - 1u) >> twos;
  let minus_one = n - one;
  let root = multiple(base, one, n);
  var power = root;
  for (var bit = 31u - countLeadingZeros(odd); bit > 0u; bit--) {
    power = product(power, power, n, inverse);
    if (((odd >> (bit - 1u)) & 1u) == 1u) { power = product(power, root, n, inverse); }
  }
  if (power == one || power == minus_one) { return true; }
  for (var square = 1u; square < twos; square++) {
    power = product(power, power, n, inverse);
    if (power == minus_one) { return true; }
  }
  return false;
}

// factor × value mod n, by doubling.
fn multiple(factor: u32, value: u32, n: u32) -> u32 {
  var sum = 0u;
  for (var bit = 32u - countLeadingZeros(factor); bit > 0u; bit--) {
    sum = add(sum, sum, n);
    if (((factor >> (bit - 1u)) & 1u) == 1u) { sum = add(sum, value, n); }
  }
  return sum;
}

// a + b mod n, for a and b below n.
fn add(a: u32, b: u32, n: u32) -> u32 {
  let room = n - b;
  return select(a + b, a - room, a >= room);
}

// a × b / 2³² mod n (Montgomery 1985).
fn product(a: u32, b: u32, n: u32, inverse: u32) -> u32 {
  let high = high_product(a, b);
  let subtrahend = high_product(a * b * inverse, n);
  return select(high - subtrahend, high - subtrahend + n, high < subtrahend);
}

// 1 / n mod 2³². Each of Newton's steps doubles the number of right bits: 3, 6, 12, 24, 48.
fn inverse_of(n: u32) -> u32 {
  var inverse = n;
  for (var step = 0u; step < 4u; step++) { inverse *= 2u - n * inverse; }
  return inverse;
}

// The upper 32 bits of the 64-bit product.
fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}
