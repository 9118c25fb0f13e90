// Chance, exponential and logarithm in whole numbers. "Qn" is a number times 2^n.

// PCG-RXS-M-XS, one step from a given state (O'Neill 2014).
fn hash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// e^−16 is nothing in Q16.
const FALL_MAX = 16 << 12u;

// e^−x for x ≥ 0 in Q12, as Q16: 2^−(n + f) with a cubic for 2^−f, right to 10⁻⁴.
fn exp_minus(x: i32) -> u32 {
  let exponent = (u32(min(x, FALL_MAX)) * 5909u) >> 12u;
  let f = exponent & 4095u;
  let cubic = 65536u - ((f * (45324u - ((f * (15149u - ((f * 2593u) >> 12u))) >> 12u))) >> 12u);
  return cubic >> (exponent >> 12u);
}

// The natural logarithm of x ≥ 1 in Q16, as Q12: the binary one bit by bit, by squaring.
fn log_q12(x: u32) -> u32 {
  let whole = firstLeadingBit(x);
  var fraction = (x << (31u - whole)) >> 16u;
  var binary = (whole - 16u) << 12u;
  for (var bit = 0u; bit < 12u; bit++) {
    fraction = (fraction * fraction) >> 15u;
    if (fraction >= 65536u) {
      fraction >>= 1u;
      binary |= 2048u >> bit;
    }
  }
  return (binary * 2839u) >> 12u;
}
