enable subgroups;
@group(0) @binding(0) var<storage, read_write> values: array<u32>;

@compute @workgroup_size(32)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let sum = subgroupAdd(values[id.x]);
  if (lane == size - 1u) { values[id.x] = sum; }
}
