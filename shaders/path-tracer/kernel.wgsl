// The Stanford bunny in glazed clay, path-traced in soft studio light. One unit is one square tile of the picture.

struct Params {
  unit_begin: u32,   // the first tile; tiles are numbered row by row from the top left
  unit_count: u32,   // how many tiles this dispatch covers, one for each z of the grid
  image_width: u32,  // pixels
  image_height: u32, // pixels
  tile_size: u32,    // pixels along a side of a tile
  samples: u32,      // paths for each pixel; a power of two spreads them best
  bounces: u32,      // reflections along a path at most
  seed: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// Header of 4 words, nodes of 8 words, triangles of 8 words: scene-blob.ts says what they hold.
@group(0) @binding(1) var<storage, read> mesh: array<u32>;
// unit_count × tile_size × tile_size linear-light RGBA values, row by row within each tile.
@group(0) @binding(2) var<storage, read_write> out_pixels: array<vec4f>;

// Lengths are in bunny heights; the bunny stands on the plane y = 0, over the origin.

const CAMERA_POSITION = vec3f(-0.75, 0.95, 3.0);
const CAMERA_TARGET = vec3f(0.0, 0.46, 0.0);
// Half the picture's height at distance one: the tangent of half the vertical field of view.
const CAMERA_SPREAD = 0.207;

const CLAY_COLOUR = vec3f(0.58, 0.21, 0.085);
// Share of light that the clay's glaze mirrors, seen from straight above and edge-on.
const GLAZE_LEAST = 0.04;
const GLAZE_MOST = 0.64;
// Blinn's exponent 64, as squarings, with the factor (64 + 8) / 8 that keeps its energy; and about the same blur for
// what else is mirrored, as the radius of a sphere around the mirrored direction.
const GLAZE_SQUARINGS = 6u;
const GLAZE_PEAK = 9.0;
const GLAZE_BLUR = 0.12;

const FLOOR_COLOUR = vec3f(0.42, 0.395, 0.37);
// The floor fades into the horizon between these distances from the origin, so that no edge is seen.
const FADE_BEGIN = 1.0;
const FADE_END = 8.0;

const SKY_HORIZON = vec3f(0.60, 0.55, 0.495);
const SKY_ZENITH = vec3f(0.14, 0.19, 0.30);

// The key light is a disc infinitely far away: its direction, its radius at distance one, its irradiance over π.
const KEY_DIRECTION = vec3f(-0.5834, 0.7998, 0.1411);
const KEY_RADIUS = 0.16;
const KEY_COLOUR = vec3f(1.55, 1.34, 1.07);

const FAR = 1e9;
// Rays start this far above the surface they leave, so as not to hit it again.
const LIFT = 2e-4;

struct Surface {
  position: vec3f,
  // Perpendicular to the flat triangle, on the side that the ray came from.
  face: vec3f,
  // Interpolated between the corners: what shading uses.
  normal: vec3f,
  colour: vec3f,
  // Share of light mirrored by the glaze.
  glaze: f32,
}

@compute @workgroup_size(8, 8)
fn render(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.tile_size || id.y >= params.tile_size || id.z >= params.unit_count) { return; }
  let place = (id.z * params.tile_size + id.y) * params.tile_size + id.x;
  if (place >= arrayLength(&out_pixels)) { return; }
  let tiles_across = max(1u, (params.image_width + params.tile_size - 1u) / params.tile_size);
  let tile = params.unit_begin + id.z;
  let pixel = vec2u(tile % tiles_across, tile / tiles_across) * params.tile_size + id.xy;
  if (pixel.x >= params.image_width || pixel.y >= params.image_height) {
    out_pixels[place] = vec4f(0.0);
    return;
  }
  var sum = vec3f(0.0);
  for (var sample = 0u; sample < params.samples; sample++) { sum += path_radiance(pixel, sample); }
  out_pixels[place] = vec4f(sum / f32(max(1u, params.samples)), 1.0);
}

// Light arriving at the camera along one path: at every surface the key light is asked for directly; the sky is what
// a path meets when it leaves.
fn path_radiance(pixel: vec2u, sample: u32) -> vec3f {
  let index = sample_index(pixel, sample);
  var origin = CAMERA_POSITION;
  var direction = camera_direction(pixel, sample_pair(index, 0u));
  var throughput = vec3f(1.0);
  var radiance = vec3f(0.0);
  for (var bounce = 0u; bounce <= params.bounces; bounce++) {
    let hit = trace(origin, direction, false);
    let floor_distance = select(FAR, -origin.y / direction.y, direction.y < -1e-6);
    var surface: Surface;
    if (hit.distance < floor_distance) {
      surface = bunny_surface(hit, direction);
    } else if (floor_distance < FAR) {
      let position = origin + direction * floor_distance;
      let fade = smoothstep(FADE_BEGIN, FADE_END, length(position.xz));
      radiance += throughput * fade * SKY_HORIZON;
      throughput *= 1.0 - fade;
      if (fade >= 1.0) { break; }
      surface = floor_surface(position);
    } else {
      radiance += throughput * sky(direction);
      break;
    }
    origin = surface.position + surface.face * LIFT;
    radiance += throughput * key_light(surface, origin, direction, sample_pair(index, 3u * bounce + 1u));
    let around = sphere_point(sample_pair(index, 3u * bounce + 2u));
    if (sample_pair(index, 3u * bounce + 3u).x < surface.glaze) {
      direction = above(surface, normalize(reflect(direction, surface.normal) + GLAZE_BLUR * around));
    } else {
      throughput *= surface.colour;
      // Cosine-weighted: the normal plus a point of the unit sphere, a little less so that the sum is never zero.
      // Unlike a tangent frame, it has no seam where the last bit of a normal would turn the direction round.
      direction = above(surface, normalize(surface.normal + 0.9999 * around));
    }
  }
  return radiance;
}

fn sky(direction: vec3f) -> vec3f {
  return mix(SKY_HORIZON, SKY_ZENITH, smoothstep(0.0, 1.0, direction.y));
}

// Light of one point of the key light that the surface sends back against the direction.
fn key_light(surface: Surface, origin: vec3f, direction: vec3f, choice: vec2f) -> vec3f {
  let axis_x = normalize(cross(KEY_DIRECTION, vec3f(0.0, 1.0, 0.0)));
  let axis_y = cross(axis_x, KEY_DIRECTION);
  let point = KEY_RADIUS * disc_point(choice);
  let towards_key = normalize(KEY_DIRECTION + axis_x * point.x + axis_y * point.y);
  let facing = dot(surface.normal, towards_key);
  if (facing <= 0.0) { return vec3f(0.0); }
  if (trace(origin, towards_key, true).distance < FAR) { return vec3f(0.0); }
  var highlight = max(0.0, dot(surface.normal, normalize(towards_key - direction)));
  for (var squaring = 0u; squaring < GLAZE_SQUARINGS; squaring++) { highlight *= highlight; }
  let reflectance = mix(surface.colour, vec3f(GLAZE_PEAK * highlight), surface.glaze);
  return KEY_COLOUR * facing * reflectance;
}

// ── Surfaces and directions ─────────────────────────────────────────────────────────────────────────────────────

fn camera_direction(pixel: vec2u, jitter: vec2f) -> vec3f {
  let forward = normalize(CAMERA_TARGET - CAMERA_POSITION);
  let right = normalize(cross(forward, vec3f(0.0, 1.0, 0.0)));
  let up = cross(right, forward);
  let size = vec2f(f32(params.image_width), f32(params.image_height));
  let offset = (2.0 * (vec2f(pixel) + jitter) - size) / size.y * CAMERA_SPREAD;
  return normalize(forward + right * offset.x - up * offset.y);
}

fn floor_surface(position: vec3f) -> Surface {
  let up = vec3f(0.0, 1.0, 0.0);
  return Surface(vec3f(position.x, 0.0, position.z), up, up, FLOOR_COLOUR, 0.0);
}

fn bunny_surface(hit: Hit, direction: vec3f) -> Surface {
  let word = triangle_word(hit.triangle);
  let corners = corners_at(word);
  let a = corners[0] / GRID_STEPS + GRID_ORIGIN;
  let b = corners[1] / GRID_STEPS + GRID_ORIGIN;
  let c = corners[2] / GRID_STEPS + GRID_ORIGIN;
  let normal_a = normal_at(word + 5u);
  let normal_b = normal_at(word + 6u);
  let normal_c = normal_at(word + 7u);
  let weights = vec3f(1.0 - hit.weights.x - hit.weights.y, hit.weights);
  let flat = weights.x * a + weights.y * b + weights.z * c;
  // Rays leave from the rounded surface that the normals suggest, or large triangles show as black facets along the
  // edge of the shade (Hanika, "Hacking the shadow terminator", Ray Tracing Gems II, chapter 4).
  let bulge = weights.x * min(0.0, dot(flat - a, normal_a)) * normal_a
    + weights.y * min(0.0, dot(flat - b, normal_b)) * normal_b
    + weights.z * min(0.0, dot(flat - c, normal_c)) * normal_c;
  let face = normalize(cross(b - a, c - a));
  let side = select(1.0, -1.0, dot(face, direction) > 0.0);
  let normal = side * normalize(weights.x * normal_a + weights.y * normal_b + weights.z * normal_c);
  return Surface(flat - side * bulge, side * face, normal, CLAY_COLOUR, glaze(normal, direction));
}

// How much the glaze mirrors grows towards grazing angles (Schlick 1994).
fn glaze(normal: vec3f, direction: vec3f) -> f32 {
  let grazing = clamp(1.0 + dot(normal, direction), 0.0, 1.0);
  let square = grazing * grazing;
  return mix(GLAZE_LEAST, GLAZE_MOST, square * square * grazing);
}

// A smooth normal can point a ray under the flat triangle: mirror it back out.
fn above(surface: Surface, direction: vec3f) -> vec3f {
  return direction - surface.face * (2.0 * min(0.0, dot(direction, surface.face)));
}

// The unit square onto the unit sphere, areas kept, through Lambert's azimuthal projection.
fn sphere_point(choice: vec2f) -> vec3f {
  let disc = disc_point(choice);
  let square = min(1.0, dot(disc, disc));
  return vec3f(disc * 2.0 * sqrt(1.0 - square), 1.0 - 2.0 * square);
}

// The unit square onto the unit disc, areas kept (Shirley & Chiu 1997). The angle stays within ±45°, where short
// polynomials for sine and cosine are good to 1e-6; the built-in functions may differ by 5e-4 from GPU to GPU.
fn disc_point(choice: vec2f) -> vec2f {
  let square = 2.0 * choice - 1.0;
  let steep = abs(square.y) > abs(square.x);
  let radius = select(square.x, square.y, steep);
  let other = select(square.y, square.x, steep);
  let angle = 0.785398163 * other / select(radius, 1.0, radius == 0.0);
  let q = angle * angle;
  let cosine = 1.0 + q * (-0.5 + q * (0.041666667 + q * (-0.0013888889 + q * 0.0000248016)));
  let sine = angle * (1.0 + q * (-0.16666667 + q * (0.0083333333 + q * -0.0001984127)));
  return radius * select(vec2f(cosine, sine), vec2f(sine, cosine), steep);
}

// ── Rays against the hierarchy ──────────────────────────────────────────────────────────────────────────────────

const HEADER_WORDS = 4u;
const NODE_WORDS = 8u;
const TRIANGLE_WORDS = 8u;
const LEAF_BIT = 0x80000000u;

// Boxes and corners are stored as 16-bit steps, this many in a bunny's height, counted from the grid's origin.
const GRID_STEPS = 32768.0;
const GRID_ORIGIN = vec3f(-1.0, 0.0, -1.0);

// As deep as bvh.ts builds. A damaged file may ask for more: it then loses branches, and the kernel still ends.
const STACK_PLACES = 24u;
const VISITS_MAX = 8192u;

struct Hit {
  distance: f32,
  triangle: u32,
  // Weights of corners b and c; that of a is what is missing to one.
  weights: vec2f,
}

// A ray in grid steps: the same distances along it as in the world.
struct GridRay {
  origin: vec3f,
  direction: vec3f,
  // One over each component of the direction.
  inverse: vec3f,
}

// The nearest hit, or with `any` the first one found; a distance of FAR is a miss.
fn trace(origin: vec3f, direction: vec3f, any: bool) -> Hit {
  let ray = grid_ray(origin, direction);
  var best = Hit(FAR, 0u, vec2f(0.0));
  var stack: array<u32, STACK_PLACES>;
  var waiting = 0u;
  var link = mesh[3];
  for (var visit = 0u; visit < VISITS_MAX; visit++) {
    if ((link & LEAF_BIT) == 0u) {
      let node = HEADER_WORDS + link * NODE_WORDS;
      let left = box_distance(node, ray, best.distance);
      let right = box_distance(node + 4u, ray, best.distance);
      let left_link = mesh[node + 3u];
      let right_link = mesh[node + 7u];
      let left_first = left <= right;
      if (max(left, right) < FAR && waiting < STACK_PLACES) {
        stack[waiting] = select(left_link, right_link, left_first);
        waiting++;
      }
      if (min(left, right) < FAR) {
        link = select(right_link, left_link, left_first);
        continue;
      }
    } else {
      best = leaf_hit(link, ray, best);
      if (any && best.distance < FAR) { break; }
    }
    if (waiting == 0u) { break; }
    waiting--;
    link = stack[waiting];
  }
  return best;
}

fn grid_ray(origin: vec3f, direction: vec3f) -> GridRay {
  let scaled = direction * GRID_STEPS;
  // A finite stand-in for zero: infinity times zero would poison the box test.
  let tiny = select(vec3f(1e-4), vec3f(-1e-4), scaled < vec3f(0.0));
  let inverse = 1.0 / select(scaled, tiny, abs(scaled) < vec3f(1e-4));
  return GridRay((origin - GRID_ORIGIN) * GRID_STEPS, scaled, inverse);
}

// Distance at which the ray enters the box at this word, or FAR if it misses or enters beyond the limit.
fn box_distance(word: u32, ray: GridRay, limit: f32) -> f32 {
  let x = mesh[word];
  let y = mesh[word + 1u];
  let z = mesh[word + 2u];
  let to_low = (vec3f(low_half(x), low_half(y), low_half(z)) - ray.origin) * ray.inverse;
  let to_high = (vec3f(high_half(x), high_half(y), high_half(z)) - ray.origin) * ray.inverse;
  let near = min(to_low, to_high);
  let far = max(to_low, to_high);
  let enter = max(max(near.x, near.y), max(near.z, 0.0));
  // A little slack, so that rounding never loses a box as thin as a sheet.
  let leave = min(min(far.x, far.y), min(far.z, limit)) * 1.000002;
  return select(FAR, enter, enter <= leave);
}

fn leaf_hit(link: u32, ray: GridRay, before: Hit) -> Hit {
  var best = before;
  let first = link & 0xffffffu;
  let count = (link >> 24u) & 0x7fu;
  for (var triangle = first; triangle < first + count; triangle++) {
    let hit = triangle_hit(triangle, ray);
    if (hit.distance < best.distance) { best = hit; }
  }
  return best;
}

// Möller & Trumbore 1997.
fn triangle_hit(triangle: u32, ray: GridRay) -> Hit {
  let corners = corners_at(triangle_word(triangle));
  let edge_b = corners[1] - corners[0];
  let edge_c = corners[2] - corners[0];
  let p = cross(ray.direction, edge_c);
  let determinant = dot(edge_b, p);
  let edge_on = abs(determinant) < 1.0;
  let inverse = 1.0 / select(determinant, 1.0, edge_on);
  let offset = ray.origin - corners[0];
  let weight_b = dot(offset, p) * inverse;
  let q = cross(offset, edge_b);
  let weight_c = dot(ray.direction, q) * inverse;
  let distance = dot(edge_c, q) * inverse;
  let inside = weight_b >= 0.0 && weight_c >= 0.0 && weight_b + weight_c <= 1.0;
  let valid = inside && distance > 0.0 && !edge_on;
  return Hit(select(FAR, distance, valid), triangle, vec2f(weight_b, weight_c));
}

fn triangle_word(triangle: u32) -> u32 {
  return HEADER_WORDS + mesh[1] * NODE_WORDS + triangle * TRIANGLE_WORDS;
}

// The three corners of the triangle at this word, one a column, in grid steps.
fn corners_at(word: u32) -> mat3x3f {
  let p = mesh[word];
  let q = mesh[word + 1u];
  let r = mesh[word + 2u];
  let s = mesh[word + 3u];
  let t = mesh[word + 4u];
  return mat3x3f(
    low_half(p), high_half(p), low_half(q),
    high_half(q), low_half(r), high_half(r),
    low_half(s), high_half(s), low_half(t),
  );
}

// Three components of ten bits each.
fn normal_at(word: u32) -> vec3f {
  return normalize(vec3f((vec3u(mesh[word]) >> vec3u(0u, 10u, 20u)) & vec3u(1023u)) - 511.5);
}

fn low_half(word: u32) -> f32 { return f32(word & 0xffffu); }

fn high_half(word: u32) -> f32 { return f32(word >> 16u); }

// ── Random choices ──────────────────────────────────────────────────────────────────────────────────────────────
// One Sobol sequence over the whole picture, walked along a Z-curve, so that neighbouring pixels get complementary
// samples (Ahmed & Wonka 2020); each pair of dimensions is shuffled and scrambled by hashes (Burley 2020).
// Whole numbers up to the last step: every GPU makes the same choices, in whatever order tiles run.

fn sample_index(pixel: vec2u, sample: u32) -> u32 {
  return (spread_bits(pixel.x) | (spread_bits(pixel.y) << 1u)) * params.samples + sample;
}

// The low 16 bits, a zero before each.
fn spread_bits(value: u32) -> u32 {
  var bits = value & 0xffffu;
  bits = (bits | (bits << 8u)) & 0x00ff00ffu;
  bits = (bits | (bits << 4u)) & 0x0f0f0f0fu;
  bits = (bits | (bits << 2u)) & 0x33333333u;
  return (bits | (bits << 1u)) & 0x55555555u;
}

// Two numbers in [0, 1) for one decision of one path.
fn sample_pair(index: u32, decision: u32) -> vec2f {
  let key = pcg(params.seed + pcg(decision));
  let shuffled = reverseBits(scramble(reverseBits(index), key));
  let first = reverseBits(scramble(shuffled, pcg(key + 1u)));
  let second = reverseBits(scramble(sobol_second(shuffled), pcg(key + 2u)));
  // 24 bits fit a float without rounding, so it never gets up to 1.
  return vec2f(f32(first >> 8u), f32(second >> 8u)) / 16777216.0;
}

// The second Sobol dimension with its bits reversed: rows of Pascal's triangle modulo 2.
fn sobol_second(index: u32) -> u32 {
  var bits = index ^ (index >> 16u);
  bits ^= (bits >> 8u) & 0x00ff00ffu;
  bits ^= (bits >> 4u) & 0x0f0f0f0fu;
  bits ^= (bits >> 2u) & 0x33333333u;
  return bits ^ ((bits >> 1u) & 0x55555555u);
}

// Changes each bit by a hash of the bits below it (Laine & Karras 2011, constants by Vegdahl).
fn scramble(value: u32, key: u32) -> u32 {
  var bits = value;
  bits ^= bits * 0x3d20adeau;
  bits += key;
  bits *= (key >> 16u) | 1u;
  bits ^= bits * 0x05526c56u;
  return bits ^ (bits * 0x53a22864u);
}

// PCG-RXS-M-XS, one step from a given state (O'Neill 2014; Jarzynski & Olano 2020).
fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
