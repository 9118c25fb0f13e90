// Two disc galaxies fly past each other. One unit is one encounter; its picture is how densely the stars lie in the end.
//
// Lengths, times and masses are such that the constant of gravity, a galaxy's mass and its radius are 1.

struct Params {
  bodies: u32,        // all in all
  sources: u32,       // the first so many pull; the others are too light to (with sources = bodies, all pull all)
  width: u32,         // of the picture, pixels; it is square
  field: f32,         // width of what the picture shows
  time_step: f32,
  softening: f32,     // bodies closer than this pull less than points would: they stand for many stars
  separation: f32,    // of the galaxies at the begin, at least the pericentre
  pericentre: f32,    // their closest approach, were they two points on a parabola
  cosine: f32,        // of the angle between the second galaxy's disc and the plane of the orbit
  sine: f32,
}

struct Body {
  position: vec3f,
  mass: f32,
  velocity: vec3f,
  galaxy: f32, // 0 or 1
}

// How much of each galaxy lies on a pixel, in SHARES of a star.
struct Density {
  stars: array<atomic<u32>, 2>,
}

@group(0) @binding(0) var<uniform> params: Params;
// The bodies of both galaxies, each as if alone, at rest around the origin, its disc in the plane z = 0.
@group(0) @binding(1) var<storage, read> galaxies: array<Body>;
// All bodies before and after a step; the two change places from step to step.
@group(0) @binding(2) var<storage, read> before: array<Body>;
@group(0) @binding(3) var<storage, read_write> after: array<Body>;
// Each body's own part of the energy.
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;
// Kinetic and potential together, at the begin and at the end.
@group(0) @binding(5) var<storage, read_write> energies: array<f32, 2>;
// width × width, row by row from the top; begins as zeros.
@group(0) @binding(6) var<storage, read_write> densities: array<Density>;
// width × width pixels as rgba8unorm.
@group(0) @binding(7) var<storage, read_write> picture: array<u32>;

const LANES = 64u;

// ---- The begin ----

// Puts the galaxies on a parabola towards each other, in the plane z = 0, their centre of mass at rest in the origin.
// With q the closest approach of two unit masses: x = q (1 − t²), y = 2 q t, t = tan(half the angle from the pericentre).
@compute @workgroup_size(LANES)
fn place(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.bodies) { return; }
  var body = galaxies[id.x];
  let q = params.pericentre;
  let t = -sqrt(max(0.0, params.separation / q - 1.0));
  let apart = vec3f(q * (1.0 - t * t), 2.0 * q * t, 0.0);
  let speed = 2.0 / sqrt(q) / (1.0 + t * t);
  let towards = vec3f(-t * speed, speed, 0.0);
  if (body.galaxy == 1.0) {
    body.position = tilted(body.position);
    body.velocity = tilted(body.velocity);
  }
  let side = body.galaxy - 0.5;
  body.position += side * apart;
  body.velocity += side * towards;
  after[id.x] = body;
}

// Turned around the x axis.
fn tilted(v: vec3f) -> vec3f {
  return vec3f(v.x, params.cosine * v.y - params.sine * v.z, params.sine * v.y + params.cosine * v.z);
}

// ---- The motion ----

// Positions and masses of the bodies that the workgroup looks at together: each is read from memory once for all LANES.
var<workgroup> tile: array<vec4f, LANES>;

// Where a body is after some time if nothing pulls.
fn drifted(body: Body, time: f32) -> vec3f {
  return body.position + time * body.velocity;
}

// Leapfrog: half a step's drift, the pull there for a whole step, half a step's drift.
@compute @workgroup_size(LANES)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let half = 0.5 * params.time_step;
  // Past the last body a lane has none of its own, but helps to fill tiles.
  var body = before[min(id.x, params.bodies - 1u)];
  let middle = drifted(body, half);
  var pull = vec3f();
  for (var first = 0u; first < params.sources; first += LANES) {
    fill(first + lane, lane, half);
    workgroupBarrier();
    for (var other = 0u; other < LANES; other++) {
      let apart = tile[other].xyz - middle;
      let inverse = inverseSqrt(dot(apart, apart) + params.softening * params.softening);
      pull += (tile[other].w * inverse * inverse * inverse) * apart;
    }
    workgroupBarrier();
  }
  body.velocity += params.time_step * pull;
  body.position = middle + half * body.velocity;
  if (id.x < params.bodies) { after[id.x] = body; }
}

// Past the last source comes nothing: no mass, no pull.
fn fill(index: u32, lane: u32, time: f32) {
  tile[lane] = vec4f();
  if (index < params.sources) { tile[lane] = vec4f(drifted(before[index], time), before[index].mass); }
}

// ---- The energy ----

// 0 writes the energy at the begin, 1 the one at the end.
override MOMENT: u32 = 0;

// Half of each pair's potential belongs to either body.
@compute @workgroup_size(LANES)
fn weigh(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let body = before[min(id.x, params.bodies - 1u)];
  var potential = 0.0;
  for (var first = 0u; first < params.sources; first += LANES) {
    fill(first + lane, lane, 0.0);
    workgroupBarrier();
    for (var other = 0u; other < LANES; other++) {
      let apart = tile[other].xyz - body.position;
      let inverse = inverseSqrt(dot(apart, apart) + params.softening * params.softening);
      // A body has no potential towards itself.
      potential -= select(tile[other].w * inverse, 0.0, first + other == id.x);
    }
    workgroupBarrier();
  }
  if (id.x < params.bodies) {
    parts[id.x] = 0.5 * body.mass * (dot(body.velocity, body.velocity) + potential);
  }
}

var<workgroup> sums: array<f32, LANES>;

// One workgroup. Always in the same order, so that a device gets the same sum each time.
@compute @workgroup_size(LANES)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var index = lane; index < params.bodies; index += LANES) { sum += parts[index]; }
  sums[lane] = sum;
  for (var reach = LANES / 2u; reach > 0u; reach /= 2u) {
    workgroupBarrier();
    if (lane < reach) { sums[lane] += sums[lane + reach]; }
  }
  if (lane == 0u) { energies[MOMENT] = sums[0]; }
}

// ---- The picture, seen from above the plane of the orbit ----

// Of a star's brightness: densities are whole numbers, so that the order of adding does not matter.
const SHARES = 4096.0;
// A body is a spot of this radius, pixels.
const SPOT = 2.5;
// The heavy middle of a galaxy shines like this many stars.
const CORE_SHINE = 40.0;
const CORE_MASS = 0.1;

@compute @workgroup_size(LANES)
fn spread(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.bodies) { return; }
  let body = before[id.x];
  let scale = f32(params.width) / params.field;
  let centre = 0.5 * f32(params.width) + scale * vec2f(body.position.x, -body.position.y);
  let shine = select(1.0, CORE_SHINE, body.mass > CORE_MASS);
  // Pixels p have their middle at p + ½. What lies outside the picture is left out below.
  let first = vec2i(clamp(ceil(centre - SPOT - 0.5), vec2f(-8.0), vec2f(f32(params.width))));
  for (var y = first.y; y <= first.y + i32(2.0 * SPOT); y++) {
    for (var x = first.x; x <= first.x + i32(2.0 * SPOT); x++) {
      if (min(x, y) < 0 || max(x, y) >= i32(params.width)) { continue; }
      let off = (vec2f(f32(x), f32(y)) + 0.5 - centre) / SPOT;
      let near = max(0.0, 1.0 - dot(off, off));
      let shares = u32(round(SHARES * shine * near * near));
      atomicAdd(&densities[u32(y) * params.width + u32(x)].stars[u32(body.galaxy)], shares);
    }
  }
}

const COLOURS = array<vec3f, 2>(vec3f(1.0, 0.5, 0.16), vec3f(0.2, 0.52, 1.0));
const NIGHT = vec3f(0.0005, 0.0008, 0.0025);
// So many stars upon one another make half of full brightness.
const HALF_BRIGHT = 4.0;

@compute @workgroup_size(8, 8)
fn expose(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.width || id.y >= params.width) { return; }
  let pixel = id.y * params.width + id.x;
  var light = vec3f();
  for (var galaxy = 0u; galaxy < 2u; galaxy++) {
    light += COLOURS[galaxy] * f32(atomicLoad(&densities[pixel].stars[galaxy])) / SHARES;
  }
  let bright = NIGHT + light / (light + HALF_BRIGHT);
  picture[pixel] = pack4x8unorm(vec4f(sqrt(bright), 1.0));
}
