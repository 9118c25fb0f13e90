// After each epoch: how well the network reads digits that it did not learn from, and the epoch's row.

@compute @workgroup_size(64)
fn evaluate(@builtin(global_invocation_id) id: vec3u) {
  let first = 4u * id.x;
  if (first >= params.test) { return; }
  let numbers = min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(params.test - 1u));
  let at_words = DIGIT_WORDS * (params.training + numbers);
  // A component for each of the four digits.
  var sums: array<vec4i, CLASSES>;
  for (var group = 0u; group < output_groups(); group++) {
    var values = Block(ALWAYS_ONE, ALWAYS_ONE, ALWAYS_ONE, ALWAYS_ONE);
    if (group < params.hidden / 4u) { values = hidden_block(at_words, group); }
    for (var class_index = 0u; class_index < CLASSES; class_index++) {
      sums[class_index] += weighted(values, output_weights(group, class_index));
    }
  }
  var best = vec4u(0u);
  var most = sums[0];
  for (var class_index = 1u; class_index < CLASSES; class_index++) {
    best = select(best, vec4u(class_index), sums[class_index] > most);
    most = max(most, sums[class_index]);
  }
  for (var member = 0u; member < min(4u, params.test - first); member++) {
    if (best[member] == digits[at_words[member] + IMAGE_GROUPS]) { atomicAdd(&tally.right, 1u); }
  }
}

// Only multiplied by powers of two, floats are exact.
@compute @workgroup_size(1)
fn report() {
  let learnt = max(1u, params.training / params.batch * params.batch);
  let loss = f32(tally.loss / learnt) * (1.0 / 4096.0);
  let accuracy = f32((atomicLoad(&tally.right) << 16u) / max(1u, params.test)) * (1.0 / 65536.0);
  curve[epoch] = Row(epoch + 1u, loss, accuracy);
  tally.loss = 0u;
  atomicStore(&tally.right, 0u);
}
