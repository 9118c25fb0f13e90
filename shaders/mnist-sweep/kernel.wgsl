// Trains a small neural network to read digits: inputs → hidden units (ReLU) → ten outputs (softmax), by stochastic
// gradient descent with momentum. Everything is whole numbers, so every GPU makes the very same network.
//
// "Qn" is a number times 2^n. Weights and their steps are Q20; pixels and hidden values Q8; errors Q14.
// Weights stay within ±4, hidden values below 8 and gradients within ±2: with that no sum below leaves 32 bits.

struct Params {
  training: u32,      // digits to learn from
  test: u32,          // digits to be tested with; they follow the others
  hidden: u32,        // hidden units: a multiple of four, at most 64
  batch: u32,         // digits that each step learns from: a power of two from 4 to BATCH_MAX
  batch_bits: u32,    // its binary logarithm
  stride: u32,        // steps in one dispatch
  rate: i32,          // learning rate, Q10, at most 1
  decay: i32,         // how strongly weights are pulled towards zero, Q16, at most 1
  friction_bits: u32, // a step keeps 1 − 2^−friction_bits of the one before
  limit_hidden: i32,  // weights of the hidden units start within ± this, Q14
  limit_output: i32,  // weights of the outputs likewise
  seed: u32,
}

struct Row {
  epoch: u32,    // from 1
  loss: f32,     // mean cross-entropy of the digits learnt from, while they were learnt from; nats
  accuracy: f32, // share of the test digits that are read rightly after the epoch
}

@group(0) @binding(0) var<uniform> params: Params;
// (training + test) × DIGIT_WORDS words: 14 × 14 grey levels, four to a word, the first in the lowest byte; the class.
@group(0) @binding(1) var<storage, read> digits: array<u32>;
// Hidden layer, then outputs: for each group of four inputs and each unit, the weights of those four inputs.
@group(0) @binding(2) var<storage, read_write> weights: array<vec4i>;
// The last step of each weight.
@group(0) @binding(3) var<storage, read_write> velocities: array<vec4i>;
// batch × hidden values of the hidden units, in groups of four.
@group(0) @binding(4) var<storage, read_write> hidden_values: array<vec4i>;
// batch × hidden: by how much the loss grows with the input of each hidden unit.
@group(0) @binding(5) var<storage, read_write> hidden_errors: array<vec4i>;
@group(0) @binding(6) var<storage, read_write> tally: Tally;
// A row for each epoch.
@group(0) @binding(7) var<storage, read_write> curve: array<Row>;
// From 0.
@group(0) @binding(8) var<uniform> epoch: u32;
// Of this epoch, from 0.
@group(0) @binding(9) var<uniform> dispatch: u32;

struct Tally {
  loss: u32, // of the epoch so far, Q12
  right: atomic<u32>,
}

const DIGIT_WORDS = 50u;
const IMAGE_GROUPS = 49u;
const CLASSES = 10u;
const BATCH_MAX = 64u;
const WIDTH = 256u;

// An input that is always one follows each layer's inputs; its weights are the biases.
const ALWAYS_ONE = vec4i(256, 0, 0, 0);

@compute @workgroup_size(WIDTH)
fn begin(@builtin(global_invocation_id) id: vec3u) {
  let place = id.x;
  if (place >= output_layer() + output_groups() * CLASSES) { return; }
  let in_hidden = place < output_layer();
  let limit = select(params.limit_output, params.limit_hidden, in_hidden);
  let is_bias = select(
    place >= output_layer() + (output_groups() - 1u) * CLASSES,
    place >= IMAGE_GROUPS * params.hidden,
    in_hidden,
  );
  var random: vec4i;
  for (var input = 0u; input < 4u; input++) {
    random[input] = i32(hash(hash(params.seed) + 4u * place + input) >> 16u) - 32768;
  }
  weights[place] = select((random * limit) >> vec4u(9u), vec4i(0), is_bias);
  velocities[place] = vec4i(0);
}

// ── Training: one workgroup, step after step ────────────────────────────────────────────────────────────────────

// The first word of each digit of the batch.
var<workgroup> drawn: array<u32, BATCH_MAX>;
// First the outputs (logits, Q12), then by how much the loss grows with each of them.
var<workgroup> outputs: array<array<i32, CLASSES>, BATCH_MAX>;
var<workgroup> losses: array<u32, BATCH_MAX>;

@compute @workgroup_size(WIDTH)
fn train(@builtin(local_invocation_index) local: u32) {
  let steps = params.training / params.batch;
  let first = dispatch * params.stride;
  for (var step = first; step < min(first + params.stride, steps); step++) {
    if (local < params.batch) { drawn[local] = DIGIT_WORDS * draw(step * params.batch + local); }
    workgroupBarrier();
    let groups = params.hidden / 4u;
    for (var task = local; task < params.batch / 4u * groups; task += WIDTH) {
      let member = task / groups * 4u;
      let block = hidden_block(
        vec4u(drawn[member], drawn[member + 1u], drawn[member + 2u], drawn[member + 3u]),
        task % groups,
      );
      let place = member * groups + task % groups;
      hidden_values[place] = block.a;
      hidden_values[place + groups] = block.b;
      hidden_values[place + 2u * groups] = block.c;
      hidden_values[place + 3u * groups] = block.d;
    }
    all_see();
    for (var task = local; task < params.batch * CLASSES; task += WIDTH) {
      outputs[task / CLASSES][task % CLASSES] = output_value(task / CLASSES, task % CLASSES);
    }
    all_see();
    if (local < params.batch) { judge(local); }
    all_see();
    for (var task = local; task < params.batch * groups; task += WIDTH) {
      hidden_errors[task] = error_group(task / groups, task % groups);
    }
    if (local == 0u) {
      for (var member = 0u; member < params.batch; member++) { tally.loss += losses[member]; }
    }
    all_see();
    for (var task = local; task < (IMAGE_GROUPS + 1u) * groups; task += WIDTH) {
      learn_hidden(task / groups, task % groups);
    }
    for (var task = local; task < output_groups() * CLASSES; task += WIDTH) {
      learn_output(task / CLASSES, task % CLASSES);
    }
    all_see();
  }
}

fn all_see() {
  storageBarrier();
  workgroupBarrier();
}

// Four hidden units for each of four digits: a component a unit, a member a digit.
struct Block {
  a: vec4i,
  b: vec4i,
  c: vec4i,
  d: vec4i,
}

// The hidden units of one group for the digits at these words.
fn hidden_block(at_words: vec4u, group: u32) -> Block {
  let unit = 4u * group;
  // The input that is always one.
  let bias = layer_block(IMAGE_GROUPS * params.hidden + unit);
  let start = 256 * vec4i(bias.a.x, bias.b.x, bias.c.x, bias.d.x);
  var sums = Block(start, start, start, start);
  for (var inputs = 0u; inputs < IMAGE_GROUPS; inputs++) {
    let layer = layer_block(inputs * params.hidden + unit);
    sums.a += weighted(layer, image_group(at_words.x, inputs));
    sums.b += weighted(layer, image_group(at_words.y, inputs));
    sums.c += weighted(layer, image_group(at_words.z, inputs));
    sums.d += weighted(layer, image_group(at_words.w, inputs));
  }
  return Block(hidden_value(sums.a), hidden_value(sums.b), hidden_value(sums.c), hidden_value(sums.d));
}

// Weights of four hidden units for four inputs, Q12.
fn layer_block(at: u32) -> Block {
  let bits = vec4u(8u);
  return Block(
    weights[at] >> bits,
    weights[at + 1u] >> bits,
    weights[at + 2u] >> bits,
    weights[at + 3u] >> bits,
  );
}

fn weighted(layer: Block, inputs: vec4i) -> vec4i {
  return vec4i(dot(layer.a, inputs), dot(layer.b, inputs), dot(layer.c, inputs), dot(layer.d, inputs));
}

// Q20 → Q8.
fn hidden_value(sum: vec4i) -> vec4i {
  return clamp(sum >> vec4u(12u), vec4i(0), vec4i(HIDDEN_MAX));
}

const HIDDEN_MAX = 2047;

// Q8 · Q10 → Q12.
fn output_value(member: u32, class_index: u32) -> i32 {
  var sum = 0;
  for (var group = 0u; group < output_groups(); group++) {
    sum += dot(hidden_input(member, group), output_weights(group, class_index));
  }
  return sum >> 6u;
}

// Weights of an output for a group of four hidden units, Q10.
fn output_weights(group: u32, class_index: u32) -> vec4i {
  return weights[output_layer() + group * CLASSES + class_index] >> vec4u(10u);
}

// Softmax and cross-entropy of one digit; its outputs become probabilities less what they ought to be.
fn judge(member: u32) {
  let label = digits[drawn[member] + IMAGE_GROUPS];
  var most = outputs[member][0];
  for (var class_index = 1u; class_index < CLASSES; class_index++) {
    most = max(most, outputs[member][class_index]);
  }
  var sum = 0u;
  for (var class_index = 0u; class_index < CLASSES; class_index++) {
    sum += exp_minus(most - outputs[member][class_index]);
  }
  losses[member] = u32(min(most - outputs[member][label], FALL_MAX)) + log_q12(sum);
  for (var class_index = 0u; class_index < CLASSES; class_index++) {
    let probability = (exp_minus(most - outputs[member][class_index]) << 14u) / sum;
    outputs[member][class_index] = i32(probability) - select(0, 1 << 14u, class_index == label);
  }
}

// The outputs' errors seen from four hidden units, Q14; none where a unit is at one of its limits.
fn error_group(member: u32, group: u32) -> vec4i {
  var sum = vec4i(0);
  for (var class_index = 0u; class_index < CLASSES; class_index++) {
    sum += output_weights(group, class_index) * outputs[member][class_index];
  }
  let value = hidden_input(member, group);
  return select(vec4i(0), sum >> vec4u(10u), (value > vec4i(0)) & (value < vec4i(HIDDEN_MAX)));
}

// Weights between four inputs and four hidden units.
fn learn_hidden(inputs: u32, group: u32) {
  var a = vec4i(0);
  var b = vec4i(0);
  var c = vec4i(0);
  var d = vec4i(0);
  for (var member = 0u; member < params.batch; member++) {
    let image = image_group(drawn[member], inputs);
    let error = hidden_errors[member * params.hidden / 4u + group];
    a += image * error.x;
    b += image * error.y;
    c += image * error.z;
    d += image * error.w;
  }
  let at = inputs * params.hidden + 4u * group;
  move_weights(at, a);
  move_weights(at + 1u, b);
  move_weights(at + 2u, c);
  move_weights(at + 3u, d);
}

// Weights between four hidden units and an output.
fn learn_output(group: u32, class_index: u32) {
  var sum = vec4i(0);
  for (var member = 0u; member < params.batch; member++) {
    sum += hidden_input(member, group) * outputs[member][class_index];
  }
  move_weights(output_layer() + group * CLASSES + class_index, sum);
}

// A step down the gradient, given as the batch's sum in Q22.
fn move_weights(place: u32, sum: vec4i) {
  let before = weights[place];
  let pull = rounded(params.decay * (before >> vec4u(8u)), 8u);
  let gradient = clamp(rounded(sum, 2u + params.batch_bits) + pull, vec4i(-GRADIENT_MAX), vec4i(GRADIENT_MAX));
  let kept = velocities[place] - rounded(velocities[place], params.friction_bits);
  let velocity = kept - rounded(gradient * params.rate, 10u);
  velocities[place] = velocity;
  weights[place] = clamp(before + velocity, vec4i(-WEIGHT_MAX), vec4i(WEIGHT_MAX));
}

// Divided by 2^bits, to the nearest.
fn rounded(value: vec4i, bits: u32) -> vec4i {
  return (value + vec4i((1 << bits) >> 1u)) >> vec4u(bits);
}

const GRADIENT_MAX = (2 << 20u) - 1;
const WEIGHT_MAX = (4 << 20u) - 1;

// ── Places ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Where the outputs' weights begin.
fn output_layer() -> u32 { return (IMAGE_GROUPS + 1u) * params.hidden; }

fn output_groups() -> u32 { return params.hidden / 4u + 1u; }

// Four pixels of the digit at this word.
fn image_group(digit: u32, group: u32) -> vec4i {
  if (group >= IMAGE_GROUPS) { return ALWAYS_ONE; }
  return vec4i((vec4u(digits[digit + group]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u));
}

fn hidden_input(member: u32, group: u32) -> vec4i {
  if (group >= params.hidden / 4u) { return ALWAYS_ONE; }
  return hidden_values[member * params.hidden / 4u + group];
}

// Which digit comes at this place of the epoch; a digit may come again.
fn draw(place: u32) -> u32 {
  return hash(hash(hash(params.seed + 1u) + epoch) + place) % params.training;
}
