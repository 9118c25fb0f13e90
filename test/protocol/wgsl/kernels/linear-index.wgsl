requires linear_indexing;
@group(0) @binding(0) var<storage, read_write> out: array<vec2u>;

@compute @workgroup_size(4, 2, 2)
fn main(@builtin(workgroup_index) group: u32, @builtin(global_invocation_index) index: u32) {
  out[index] = vec2u(group, index);
}
