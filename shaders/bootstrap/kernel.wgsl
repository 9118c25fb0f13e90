// Double bootstrap of a regression slope. One unit is some replicates of the table: the slope of each, and how far
// the slopes of replicates of that replicate spread, which is its standard error.

struct Params {
  unit_begin: u32, // the unit's first replicate
  unit_count: u32, // replicates in this unit
  rows: u32,       // rows of the table; below 65536
  inner: u32,      // replicates drawn from each replicate; from 2
  seed: u32,
  unit_of_y: f32,  // what a step of y is worth: slopes come out in this per step of x
}

struct Replicate {
  replicate: u32,
  slope: f32,
  error: f32, // standard error of the slope
}

@group(0) @binding(0) var<uniform> params: Params;
// One word a row: x in the low 16 bits, y in the high ones. rows² × largest x × largest of x and y is below 2³¹.
@group(0) @binding(1) var<storage, read> table: array<u32>;
// unit_count × rows words: the rows that make up each replicate.
@group(0) @binding(2) var<storage, read_write> drawn: array<u32>;
// unit_count × inner slopes.
@group(0) @binding(3) var<storage, read_write> inner_slopes: array<f32>;
// unit_count rows.
@group(0) @binding(4) var<storage, read_write> replicates: array<Replicate>;

// Each invocation draws four rows: x is which four, y the replicate within the unit.
@compute @workgroup_size(64)
fn draw(@builtin(global_invocation_id) id: vec3u) {
  if (4u * id.x >= params.rows || id.y >= params.unit_count) { return; }
  let chosen = choose_four(params.unit_begin + id.y, 0u, id.x);
  for (var offset = 0u; offset < min(4u, params.rows - 4u * id.x); offset++) {
    drawn[id.y * params.rows + 4u * id.x + offset] = table[chosen[offset]];
  }
}

// Each invocation draws a replicate of a replicate: x is which, y the replicate within the unit.
@compute @workgroup_size(64)
fn redraw(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.inner || id.y >= params.unit_count) { return; }
  let base = id.y * params.rows;
  var sums = Sums();
  for (var row = 0u; row < params.rows; row += 4u) {
    let chosen = choose_four(params.unit_begin + id.y, id.x + 1u, row / 4u);
    for (var offset = 0u; offset < min(4u, params.rows - row); offset++) {
      add_row(&sums, drawn[base + chosen[offset]]);
    }
  }
  inner_slopes[id.y * params.inner + id.x] = slope_of(sums);
}

// Each invocation finishes one replicate.
@compute @workgroup_size(64)
fn summarise(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.unit_count || id.x >= arrayLength(&replicates)) { return; }
  var sums = Sums();
  for (var row = 0u; row < params.rows; row++) { add_row(&sums, drawn[id.x * params.rows + row]); }
  let slope = slope_of(sums);
  // Deviations from the replicate's own slope are small numbers, so that their squares lose nothing.
  var total = 0.0;
  var squares = 0.0;
  for (var inner = 0u; inner < params.inner; inner++) {
    let deviation = inner_slopes[id.x * params.inner + inner] - slope;
    total += deviation;
    squares += deviation * deviation;
  }
  let count = f32(params.inner);
  let variance = (squares - total * total / count) / (count - 1.0);
  replicates[id.x] = Replicate(params.unit_begin + id.x, slope, sqrt(max(0.0, variance)));
}

// Sums over rows, in whole steps.
struct Sums {
  x: u32,
  y: u32,
  xx: u32,
  xy: u32,
}

fn add_row(sums: ptr<function, Sums>, row: u32) {
  let x = row & 0xffffu;
  let y = row >> 16u;
  (*sums).x += x;
  (*sums).y += y;
  (*sums).xx += x * x;
  (*sums).xy += x * y;
}

// Least squares: covariance by variance. Both are whole numbers, exact until the division. 0 where x does not vary.
fn slope_of(sums: Sums) -> f32 {
  let covariance = i32(params.rows * sums.xy) - i32(sums.x * sums.y);
  let variance = i32(params.rows * sums.xx) - i32(sums.x * sums.x);
  if (variance == 0) { return 0.0; }
  return params.unit_of_y * f32(covariance) / f32(variance);
}

// Four row numbers, each equally likely. They depend on nothing but the seed and what they are for.
fn choose_four(replicate: u32, inner: u32, four: u32) -> vec4u {
  let random = hash(vec4u(params.seed, replicate, inner, four));
  // ⌊random × rows / 2³²⌋, by halves of 16 bits.
  let low = ((random & vec4u(0xffffu)) * params.rows) >> vec4u(16u);
  return ((random >> vec4u(16u)) * params.rows + low) >> vec4u(16u);
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
