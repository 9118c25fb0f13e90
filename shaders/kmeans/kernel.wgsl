// k-means from many random starts at once, in whole numbers throughout. One unit is one number of clusters and one
// seed; what comes out is its best start and some of the others, in the order of their inertias.

struct Params {
  rows: u32,     // points
  clusters: u32, // k
  starts: u32,   // random starts; each is clustered on its own
  seed: u32,
  shown: u32,    // how many of the starts come out; starts is a multiple of it
  step: u32,     // of Lloyd's iteration, from 0
}

struct Outcome {
  rank: u32,    // starts that ended better, or as well with a lower number
  start: u32,
  steps: u32,   // iterations that changed a label
  inertia: f32, // squared distances of the points to their centres, added up; in squared standard deviations
}

// No cluster yet.
const NONE = 0xffffffffu;

@group(0) @binding(0) var<uniform> params: Params;
// rows points of four coordinates each. Coordinates are steps of 1/256 of a standard deviation, from 0 up; prepare.ts
// sees to it that the squared distances from any point to all others add up to less than 2³².
@group(0) @binding(1) var<storage, read> points: array<vec4u>;
// starts × clusters
@group(0) @binding(2) var<storage, read_write> centres: array<vec4u>;
// starts × rows: which cluster a point belongs to
@group(0) @binding(3) var<storage, read_write> labels: array<u32>;
// starts × rows, while the first centres are chosen: squared distance to the nearest one
@group(0) @binding(4) var<storage, read_write> nearest: array<u32>;
// starts: one more than the last step that changed a label
@group(0) @binding(5) var<storage, read_write> changed: array<atomic<u32>>;
// starts: inertia, in squared steps
@group(0) @binding(6) var<storage, read_write> inertias: array<u32>;
// shown: the starts of rank 0, starts / shown, 2 × starts / shown …
@group(0) @binding(7) var<storage, read_write> outcomes: array<Outcome>;

// Each invocation chooses the first centres of one start (k-means++): a point at random, then again and again a point
// with a chance proportional to its squared distance from the nearest centre so far.
@compute @workgroup_size(64)
fn choose_centres(@builtin(global_invocation_id) id: vec3u) {
  let start = id.x;
  if (start >= params.starts) { return; }
  let base = start * params.rows;
  var chosen = high_product(hash(vec3u(params.seed, start, 0u)), params.rows);
  for (var cluster = 0u; cluster < params.clusters; cluster++) {
    let centre = points[chosen];
    centres[start * params.clusters + cluster] = centre;
    var total = 0u;
    for (var row = 0u; row < params.rows; row++) {
      var distance = squared_distance(points[row], centre);
      if (cluster > 0u) { distance = min(distance, nearest[base + row]); }
      nearest[base + row] = distance;
      labels[base + row] = NONE;
      total += distance;
    }
    let random = hash(vec3u(params.seed, start, cluster + 1u));
    if (total == 0u) {
      // Every point has a centre on it already: any will do.
      chosen = high_product(random, params.rows);
      continue;
    }
    var left = high_product(random, total);
    chosen = 0u;
    while (left >= nearest[base + chosen]) {
      left -= nearest[base + chosen];
      chosen++;
    }
  }
}

// Each invocation finds the nearest centre for one point (x) in one start (y); the first of several as near.
@compute @workgroup_size(64)
fn assign(@builtin(global_invocation_id) id: vec3u) {
  let start = id.y;
  if (id.x >= params.rows || start >= params.starts) { return; }
  // Where the step before changed nothing, nothing will change any more.
  if (atomicLoad(&changed[start]) < params.step) { return; }
  let point = points[id.x];
  var label = 0u;
  var least = NONE;
  for (var cluster = 0u; cluster < params.clusters; cluster++) {
    let distance = squared_distance(point, centres[start * params.clusters + cluster]);
    if (distance < least) {
      least = distance;
      label = cluster;
    }
  }
  let place = start * params.rows + id.x;
  if (labels[place] != label) {
    labels[place] = label;
    atomicMax(&changed[start], params.step + 1u);
  }
}

// Each invocation moves one centre (x) of one start (y) to the mean of its points, rounded to whole steps.
// A centre without points stays where it is.
@compute @workgroup_size(8, 8)
fn update(@builtin(global_invocation_id) id: vec3u) {
  let start = id.y;
  if (id.x >= params.clusters || start >= params.starts) { return; }
  if (atomicLoad(&changed[start]) <= params.step) { return; }
  var sum = vec4u(0u);
  var count = 0u;
  for (var row = 0u; row < params.rows; row++) {
    if (labels[start * params.rows + row] == id.x) {
      sum += points[row];
      count++;
    }
  }
  if (count > 0u) { centres[start * params.clusters + id.x] = (2u * sum + count) / (2u * count); }
}

// Each invocation adds up the squared distances of one start.
@compute @workgroup_size(64)
fn measure(@builtin(global_invocation_id) id: vec3u) {
  let start = id.x;
  if (start >= params.starts) { return; }
  var inertia = 0u;
  for (var row = 0u; row < params.rows; row++) {
    var least = NONE;
    for (var cluster = 0u; cluster < params.clusters; cluster++) {
      least = min(least, squared_distance(points[row], centres[start * params.clusters + cluster]));
    }
    inertia += least;
  }
  inertias[start] = inertia;
}

// Each invocation finds the rank of one start, and shows it where its turn is.
@compute @workgroup_size(64)
fn rank_starts(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.starts) { return; }
  let own = inertias[id.x];
  var rank = 0u;
  for (var other = 0u; other < params.starts; other++) {
    if (inertias[other] < own || (inertias[other] == own && other < id.x)) { rank++; }
  }
  let stride = params.starts / params.shown;
  if (rank % stride > 0u || rank / stride >= params.shown) { return; }
  outcomes[rank / stride] = Outcome(rank, id.x, atomicLoad(&changed[id.x]), in_deviations(own));
}

// Squared steps as squared standard deviations. 24 bits are kept: those are exact in f32.
fn in_deviations(inertia: u32) -> f32 {
  return f32(inertia >> 8u) / 256.0;
}

fn squared_distance(a: vec4u, b: vec4u) -> u32 {
  let difference = vec4i(a) - vec4i(b);
  return u32(dot(difference, difference));
}

// pcg3d of Jarzynski & Olano, "Hash functions for GPU rendering" (2020); its first word.
fn hash(counter: vec3u) -> u32 {
  var v = counter * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  return v.x + v.y * v.z;
}

// The upper 32 bits of the 64-bit product: with a random a, a random number below b.
fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}
