// k nearest neighbours: every test digit is given the class that most of its k nearest training digits have.
// Distances are sums of squared differences of grey levels: whole numbers, the same on every GPU.

struct Params {
  unit_begin: u32, // the first test digit of this unit, among all
  unit_count: u32, // test digits in this unit
  training: u32,   // training digits
  neighbours: u32, // how many of the nearest vote, at most NEIGHBOURS_MAX
}

// A digit is WORDS words of four pixels each, the first in the lowest byte, and one word with its class.
const WORDS = 196u;

@group(0) @binding(0) var<uniform> params: Params;
// WORDS + 1 columns of `training` words: a column holds one word of every training digit, the last their classes.
@group(0) @binding(1) var<storage, read> training_columns: array<u32>;
// unit_count × (WORDS + 1) words: digit after digit.
@group(0) @binding(2) var<storage, read> test_digits: array<u32>;
// unit_count × training squared distances, in squared grey levels; at most 784 · 255² = 50,979,600.
@group(0) @binding(3) var<storage, read_write> distances: array<u32>;

// ── Distances: an invocation takes one training digit and four test digits ──────────────────────────────────────

const BLOCK = 4u;
const WIDTH = 64u;

// The block's test digits, word after word: a component is one digit's word.
var<workgroup> block: array<vec4u, WORDS>;

@compute @workgroup_size(WIDTH)
fn measure(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let first = group.y * BLOCK;
  if (first >= params.unit_count) { return; }
  for (var word = local; word < WORDS; word += WIDTH) {
    for (var member = 0u; member < BLOCK; member++) {
      let digit = min(first + member, params.unit_count - 1u);
      block[word][member] = test_digits[digit * (WORDS + 1u) + word];
    }
  }
  workgroupBarrier();
  if (id.x >= params.training) { return; }
  var sums = vec4u(0u);
  for (var word = 0u; word < WORDS; word++) {
    let training = training_columns[word * params.training + id.x];
    let tests = block[word];
    // Differences below zero wrap around; their squares are right again.
    let a = (tests & vec4u(255u)) - vec4u(training & 255u);
    let b = ((tests >> vec4u(8u)) & vec4u(255u)) - vec4u((training >> 8u) & 255u);
    let c = ((tests >> vec4u(16u)) & vec4u(255u)) - vec4u((training >> 16u) & 255u);
    let d = (tests >> vec4u(24u)) - vec4u(training >> 24u);
    sums += a * a + b * b + c * c + d * d;
  }
  for (var member = 0u; member < min(BLOCK, params.unit_count - first); member++) {
    distances[(first + member) * params.training + id.x] = sums[member];
  }
}

// ── Votes: a workgroup takes one test digit ─────────────────────────────────────────────────────────────────────

struct Row {
  digit: u32,     // which test digit
  predicted: u32, // the class with most votes
  label: u32,     // the class it really has
  correct: u32,   // 1 where they are the same
  nearest: u32,   // squared distance to the nearest training digit of the predicted class
  rival: u32,     // squared distance to the nearest of any other class
}

// A row for each test digit of the unit.
@group(0) @binding(4) var<storage, read_write> rows: array<Row>;

const NEIGHBOURS_MAX = 16u;
const CLASSES = 10u;
const NONE = 0xffffffffu;

// Nearer comes first; of equally near ones the one that comes first in the training set.
struct Neighbour {
  distance: u32,
  index: u32,
}

// What each invocation found in its share of the training digits; after `nearest_of_all`, the first is the nearest.
var<workgroup> found: array<Neighbour, WIDTH>;

@compute @workgroup_size(WIDTH)
fn elect(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let digit = group.x;
  if (digit >= params.unit_count) { return; }
  var votes: array<u32, CLASSES>;
  // The nearest voter of each class.
  var closest: array<Neighbour, CLASSES>;
  var predicted = 0u;
  var last = Neighbour(0u, NONE);
  for (var rank = 0u; rank < min(params.neighbours, min(params.training, NEIGHBOURS_MAX)); rank++) {
    var best = Neighbour(NONE, NONE);
    for (var index = local; index < params.training; index += WIDTH) {
      let candidate = Neighbour(distances[digit * params.training + index], index);
      if ((rank == 0u || before(last, candidate)) && before(candidate, best)) { best = candidate; }
    }
    last = nearest_of_all(best, local);
    let voted = class_of(last.index);
    if (votes[voted] == 0u) { closest[voted] = last; }
    votes[voted]++;
    // Most votes win; of equally many, the class with the nearest voter.
    let nearer = votes[voted] == votes[predicted] && before(closest[voted], closest[predicted]);
    if (votes[voted] > votes[predicted] || nearer) { predicted = voted; }
  }
  var other = Neighbour(NONE, NONE);
  for (var index = local; index < params.training; index += WIDTH) {
    let candidate = Neighbour(distances[digit * params.training + index], index);
    if (class_of(index) != predicted && before(candidate, other)) { other = candidate; }
  }
  let rival = nearest_of_all(other, local).distance;
  if (local == 0u) {
    let label = test_digits[digit * (WORDS + 1u) + WORDS];
    let correct = select(0u, 1u, predicted == label);
    rows[digit] = Row(params.unit_begin + digit, predicted, label, correct, closest[predicted].distance, rival);
  }
}

fn class_of(index: u32) -> u32 {
  return min(training_columns[WORDS * params.training + index], CLASSES - 1u);
}

fn before(a: Neighbour, b: Neighbour) -> bool {
  return a.distance < b.distance || (a.distance == b.distance && a.index < b.index);
}

// The nearest of what the workgroup's invocations bring.
fn nearest_of_all(mine: Neighbour, local: u32) -> Neighbour {
  found[local] = mine;
  workgroupBarrier();
  for (var half = WIDTH / 2u; half > 0u; half /= 2u) {
    if (local < half && before(found[local + half], found[local])) { found[local] = found[local + half]; }
    workgroupBarrier();
  }
  let nearest = found[0];
  // Nobody may write for the next round before everybody has read.
  workgroupBarrier();
  return nearest;
}
