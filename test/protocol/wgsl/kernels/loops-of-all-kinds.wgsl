@group(0) @binding(0) var<storage, read_write> out: array<u32>;

/** Left by `return` alone. */
fn firstAbove(limit: u32) -> u32 {
  var n = 1u;
  loop { if (n > limit) { return n; } n *= 3u; }
}
fn forever(seed: u32) -> vec2<u32> {
  var n = seed;
  for (;;) { n = n * 1664525u + 1013904223u; if ((n & 15u) == 0u) { return vec2(n, seed); } }
}
@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0u;
  loop {
    if (sum > 20u) { break; }
    loop { sum += 2u; continuing { sum += 1u; break if sum % 2u == 0u; } }
    continuing { sum++; }
  }
  var i = 0u;
  while (i < 4u) { i++; if (i == 2u) { continue; } switch (i) { case 1u: { sum += 5u; } default: { sum += 7u; break; } } }
  while i < 9u { i += 2u; }
  for (; i < 20u; i += 3u) { { sum += i; } }
  out[id.x] = sum + firstAbove(id.x) + forever(id.x).y;
}
