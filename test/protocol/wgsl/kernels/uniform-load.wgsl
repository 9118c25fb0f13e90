@group(0) @binding(0) var<storage, read_write> data: array<u32>;
var<workgroup> turns: u32;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (lane == 0u) { turns = 3u + (id.x & 1u); }
  let count = workgroupUniformLoad(&turns);
  for (var i = 0u; i < count; i++) {
    let left = data[id.x];
    workgroupBarrier();
    storageBarrier();
    data[id.x] = left + i;
  }
}
