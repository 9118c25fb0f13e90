enable f16;
struct Weights { scale: f16, bias: vec3h, turn: mat3x3h, table: array<vec2<f16>, 3> }
@group(0) @binding(0) var<storage, read> weights: Weights;
@group(0) @binding(1) var<storage, read_write> values: array<vec3h>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  values[id.x] = weights.turn * values[id.x] * weights.scale + weights.bias + weights.table[id.x % 3u].xyx;
}
