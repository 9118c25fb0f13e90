// Whole numbers below 2⁶², as two words: x the lower, y the upper. Shared by the kernel and by what checks its rows.

struct Params {
  unit_begin: u32, // the unit's first position
  unit_count: u32, // positions in this unit
  first: u32,      // n at position 0; n goes from 1 to 2³¹ − 1
}

const PRIMES_MAX = 11u; // 2 × 5 × 13 × … × 97 has eleven; one more, and it is above 2⁶²

// What is found out about one n² + 1.
struct Row {
  n: u32,
  size: u32,               // ⌊1000 log₂ of the largest prime factor⌋
  primes: array<u32, 11>, // the different prime factors below 2³², from the smallest on; then zeros
}

const ZERO = vec2u(0u, 0u);
const ONE = vec2u(1u, 0u);

fn square_plus_one(n: u32) -> vec2u {
  return add(wide(n, n), ONE);
}

fn is_same(a: vec2u, b: vec2u) -> bool { return all(a == b); }

fn is_below(a: vec2u, b: vec2u) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }

fn add(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + u32(low < a.x));
}

fn subtract(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x, a.y - b.y - u32(a.x < b.x));
}

fn halved(a: vec2u) -> vec2u { return vec2u((a.x >> 1u) | (a.y << 31u), a.y >> 1u); }

fn zeros_behind(a: vec2u) -> u32 {
  return select(countTrailingZeros(a.x), 32u + countTrailingZeros(a.y), a.x == 0u);
}

fn shifted_right(a: vec2u, bits: u32) -> vec2u {
  if (bits >= 32u) { return vec2u(a.y >> (bits - 32u), 0u); }
  if (bits == 0u) { return a; }
  return vec2u((a.x >> bits) | (a.y << (32u - bits)), a.y >> bits);
}

// The product of two words.
fn wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u(a * b, (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u));
}

// a × b + c + d, which always fits.
fn wide_add(a: u32, b: u32, c: u32, d: u32) -> vec2u {
  return add(add(wide(a, b), vec2u(c, 0u)), vec2u(d, 0u));
}

// a × b mod 2⁶⁴.
fn low_product(a: vec2u, b: vec2u) -> vec2u {
  let low = wide(a.x, b.x);
  return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
}

// 1 / a mod 2⁶⁴, for odd a. Each of Newton's steps doubles the number of right bits: 3, 6, 12, 24, 48, 96.
fn inverse_of(a: vec2u) -> vec2u {
  var inverse = a;
  for (var step = 0u; step < 5u; step++) {
    inverse = low_product(inverse, subtract(vec2u(2u, 0u), low_product(a, inverse)));
  }
  return inverse;
}

// a mod divisor, for divisors below 2³¹: bit by bit in the lower half.
fn remainder(a: vec2u, divisor: u32) -> u32 {
  var rest = a.y % divisor;
  for (var bit = 32u; bit > 0u; bit--) {
    rest = 2u * rest + ((a.x >> (bit - 1u)) & 1u);
    rest -= select(0u, divisor, rest >= divisor);
  }
  return rest;
}

// What arithmetic modulo an odd number takes, in Montgomery's form: x stands as x × 2⁶⁴ mod n.
struct Modulus {
  n: vec2u,
  minus_inverse: u32, // −1 / n mod 2³²
  one: vec2u,         // stands for 1
  square: vec2u,      // stands for 2⁶⁴: it takes a number into the form
}

fn modulus_of(n: vec2u) -> Modulus {
  var power = ONE; // n is above 1
  var one = ONE;
  for (var bit = 0u; bit < 128u; bit++) {
    power = add_modulo(power, power, n);
    if (bit == 63u) { one = power; }
  }
  return Modulus(n, 0u - inverse_of(n).x, one, power);
}

// a + b mod n, for a and b below n.
fn add_modulo(a: vec2u, b: vec2u, n: vec2u) -> vec2u {
  let sum = add(a, b);
  return select(sum, subtract(sum, n), !is_below(sum, n));
}

// a × b / 2⁶⁴ mod n (Montgomery 1985), a word of b at a time.
fn product(a: vec2u, b: vec2u, modulus: Modulus) -> vec2u {
  let once = round_of(ZERO, a, b.x, modulus);
  let twice = round_of(once, a, b.y, modulus);
  return select(twice, subtract(twice, modulus.n), !is_below(twice, modulus.n));
}

// (sum + a × word + a multiple of n) / 2³², which is below 2n.
fn round_of(sum: vec2u, a: vec2u, word: u32, modulus: Modulus) -> vec2u {
  let low = wide_add(a.x, word, sum.x, 0u);
  let high = wide_add(a.y, word, sum.y, low.y);
  let multiple = low.x * modulus.minus_inverse;
  let gone = wide_add(multiple, modulus.n.x, low.x, 0u);
  let left = wide_add(multiple, modulus.n.y, high.x, gone.y);
  return vec2u(left.x, high.y + left.y);
}

// With the first bases Miller and Rabin's test has no exception below 2⁶⁴ (Sinclair 2011), with the others none
// below 2³² (Jaeschke 1993).
const BASES = array<u32, 7>(2, 325, 9375, 28178, 450775, 9780504, 1795265022);
const WORD_BASES = array<u32, 3>(2, 7, 61);

fn is_prime(n: vec2u) -> bool {
  if (n.y == 0u && n.x < 4u) { return n.x > 1u; }
  if ((n.x & 1u) == 0u) { return false; }
  let modulus = modulus_of(n);
  let before = subtract(n, ONE);
  let twos = zeros_behind(before);
  let odd = shifted_right(before, twos);
  for (var index = 0u; index < select(7u, 3u, n.y == 0u); index++) {
    let base = select(BASES[index], WORD_BASES[index % 3u] % max(n.x, 1u), n.y == 0u);
    if (base != 0u && !is_strong_probable_prime(modulus, base, odd, twos)) { return false; }
  }
  return true;
}

// n − 1 is odd × 2^twos.
fn is_strong_probable_prime(modulus: Modulus, base: u32, odd: vec2u, twos: u32) -> bool {
  let minus_one = subtract(modulus.n, modulus.one);
  let root = product(vec2u(base, 0u), modulus.square, modulus);
  var power = root;
  for (var bit = length_of(odd) - 1u; bit > 0u; bit--) {
    power = product(power, power, modulus);
    if ((shifted_right(odd, bit - 1u).x & 1u) == 1u) { power = product(power, root, modulus); }
  }
  if (is_same(power, modulus.one) || is_same(power, minus_one)) { return true; }
  for (var square = 1u; square < twos; square++) {
    power = product(power, power, modulus);
    if (is_same(power, minus_one)) { return true; }
  }
  return false;
}

// How many binary digits a number above 0 has.
fn length_of(a: vec2u) -> u32 {
  return select(32u - countLeadingZeros(a.x), 64u - countLeadingZeros(a.y), a.y > 0u);
}

// ⌊1000 log₂ value⌋ for values from 2, by 15 binary digits: squaring a number of [1, 2) doubles its logarithm, and
// where the square reaches 2 the next digit is a one.
fn size_of(value: vec2u) -> u32 {
  let whole = length_of(value) - 1u;
  var mantissa = value.x << ((31u - whole) & 31u); // 1 is bit 31
  if (whole > 31u) { mantissa = shifted_right(value, whole - 31u).x; }
  var digits = whole;
  for (var digit = 0u; digit < 15u; digit++) {
    mantissa = wide(mantissa, mantissa).y; // 1 is bit 30
    let one = mantissa >> 31u;
    digits = 2u * digits + one;
    mantissa <<= 1u - one;
  }
  return digits * 125u / 4096u; // 1000 / 2¹⁵
}
