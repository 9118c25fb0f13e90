// The entry point receives everything in structures, one of them under another name.
struct Ids {
  @builtin(global_invocation_id) global: vec3u,
  @builtin(local_invocation_index) lane: u32,
}
struct Counts { @builtin(num_workgroups) groups: vec3<u32>, @builtin(workgroup_id) group: vec3<u32> }
alias Where = Ids;
@group(0) @binding(7) var<storage, read_write> out: array<vec4u>;

@workgroup_size(4, 2) @compute
fn main(ids: Where, @builtin(local_invocation_id) local: vec3u, counts: Counts) {
  let row = counts.groups.x * 4u;
  let at = ids.global.x + row * (ids.global.y + counts.groups.y * 2u * ids.global.z);
  out[at] = vec4u(ids.global.x, ids.lane, counts.group.y, local.x + counts.groups.z);
}
