// A deep view of the Mandelbrot set, coloured by how soon and how steeply points escape. A unit is some square tiles.
//
// In f32 all points of this view are the same number. So only the difference to a reference orbit is iterated, which
// f32 holds with 24 bits wherever it is: with Z the orbit of the view's centre C and z = Z + d the orbit of C + offset,
//   d' = (2 Z + d) d + offset.

struct Params {
  width: u32,          // of the picture, pixels
  height: u32,         // of the picture, pixels
  tile: u32,           // pixels along a side of a tile
  unit_begin: u32,     // the first tile; tiles are numbered row by row from the top left
  samples: u32,        // along each side of a pixel: 2 makes 4
  iterations_max: u32, // who stays bounded this long counts as inside
  span: f32,           // width of the view in the complex plane
}

@group(0) @binding(0) var<uniform> params: Params;
// One period of the centre's orbit, from Z = 0: real and imaginary part. After the last entry it begins again.
@group(0) @binding(1) var<storage, read> orbit: array<vec2f>;
// The unit's tiles, one below the other. Red, green, blue as they go to the screen; alpha is 0 outside the picture.
@group(0) @binding(2) var picture: texture_storage_2d<rgba8unorm, write>;

// |z|² beyond which a point has escaped. Far more than the 4 it takes: the fraction of a step is smoother for it.
const ESCAPED = 1e6;
const LOG2_ESCAPED = 19.931568569324174;

// The colours come round once for each doubling of the escape time, this many times.
const TURNS = 1.7;
// Where in the round they begin.
const TURN_BEGIN = 0.06;
const STOP_COUNT = 6;
const STOP_PLACE = array<f32, STOP_COUNT>(0.0, 0.17, 0.4, 0.62, 0.84, 1.0);
const STOP_COLOUR = array<vec3f, STOP_COUNT>(
  vec3f(0.004, 0.02, 0.18),
  vec3f(0.07, 0.32, 0.68),
  vec3f(0.9, 0.98, 1.0),
  vec3f(1.0, 0.64, 0.05),
  vec3f(0.42, 0.06, 0.1),
  vec3f(0.004, 0.02, 0.18),
);

// Light falls on the landscape of escape times from the upper left, at 45° and as high as this.
const LIGHT = vec2f(-0.70710678, 0.70710678);
const LIGHT_HEIGHT = 1.6;

// Nearer to the set than this, in pixels, a point takes more and more of the shore's colour. Without it, points so near
// that their escape is decided by rounding would sprinkle the picture with noise, and with another noise on every GPU.
const SHORE = 0.25;
const SHORE_COLOUR = vec3f(0.95, 0.9, 0.78);
// Keeps orbits that stay long beside the set from overflowing. Where it is reached, only the shore's colour is left.
const DERIVATIVE_MAX = 1e18;

struct Escape {
  inside: bool,
  time: f32,      // steps until |z|² reaches ESCAPED, with a fraction
  uphill: vec2f, // unit length, in the picture's plane (y up)
  distance: f32, // to the set, pixels; right to a factor of two
}

fn product(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn escape(offset: vec2f, pixel: f32) -> Escape {
  let period = arrayLength(&orbit);
  var at = 0u;
  var d = vec2f();
  var z = vec2f();
  // dz/dc of the orbit itself, for a pixel's step of c.
  var derivative = vec2f();
  for (var steps = 1u; steps <= params.iterations_max; steps++) {
    let grown = 2.0 * product(z, derivative) + vec2f(pixel, 0.0);
    derivative = clamp(grown, vec2f(-DERIVATIVE_MAX), vec2f(DERIVATIVE_MAX));
    d = product(2.0 * orbit[at] + d, d) + offset;
    at = select(at + 1u, 0u, at + 1u == period);
    z = orbit[at] + d;
    let size = dot(z, z);
    if (size > ESCAPED) {
      let fraction = log2(log2(size) / LOG2_ESCAPED);
      // The gradient of |z| points along z / (dz/dc).
      let steepness = max(length(derivative), 1e-30);
      let uphill = product(z / sqrt(size), vec2f(derivative.x, -derivative.y) / steepness);
      return Escape(false, f32(steps) - fraction, uphill, 0.5 * sqrt(size) * log(size) / steepness);
    }
    // Where the difference outgrew the orbit, digits would cancel: from here on z is its own difference to Z = 0.
    if (size < dot(d, d)) {
      d = z;
      at = 0u;
    }
  }
  return Escape(true, 0.0, vec2f(), 0.0);
}

fn palette(place: f32) -> vec3f {
  var stop = 0;
  while (stop < STOP_COUNT - 2 && place >= STOP_PLACE[stop + 1]) { stop++; }
  let along = (place - STOP_PLACE[stop]) / (STOP_PLACE[stop + 1] - STOP_PLACE[stop]);
  return mix(STOP_COLOUR[stop], STOP_COLOUR[stop + 1], along * along * (3.0 - 2.0 * along));
}

fn colour(point: Escape) -> vec3f {
  if (point.inside) { return vec3f(); }
  let light = (dot(point.uphill, LIGHT) + LIGHT_HEIGHT) / (1.0 + LIGHT_HEIGHT);
  let landscape = palette(fract(TURN_BEGIN + TURNS * log2(point.time))) * light;
  return mix(SHORE_COLOUR, landscape, min(1.0, point.distance / SHORE));
}

// x and y run over a tile, z over the unit's tiles.
@compute @workgroup_size(8, 8)
fn render(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.tile || id.y >= params.tile) { return; }
  let across = (params.width + params.tile - 1u) / params.tile;
  let number = params.unit_begin + id.z;
  let place = vec2u(number % across, number / across) * params.tile + id.xy;
  let stored = vec2u(id.x, id.z * params.tile + id.y);
  if (place.x >= params.width || place.y >= params.height) {
    textureStore(picture, stored, vec4f());
    return;
  }
  let pixel = params.span / f32(params.width);
  let middle = 0.5 * vec2f(f32(params.width), f32(params.height));
  // Averaged as light, for which the square of what goes to the screen is near enough.
  var light = vec3f();
  for (var sample = 0u; sample < params.samples * params.samples; sample++) {
    let within = (vec2f(vec2u(sample % params.samples, sample / params.samples)) + 0.5) / f32(params.samples);
    let from_middle = vec2f(place) + within - middle;
    let shown = colour(escape(pixel * vec2f(from_middle.x, -from_middle.y), pixel));
    light += shown * shown;
  }
  let mean = light / f32(max(1u, params.samples * params.samples));
  textureStore(picture, stored, vec4f(sqrt(mean), 1.0));
}
