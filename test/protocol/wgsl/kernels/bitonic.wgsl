struct Stage { size: u32, gap: u32 }
@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read_write> keys: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let mate = id.x ^ stage.gap;
  if (mate > id.x && mate < arrayLength(&keys)) {
    let up = (id.x & stage.size) == 0u;
    if ((keys[id.x] > keys[mate]) == up) { let key = keys[id.x]; keys[id.x] = keys[mate]; keys[mate] = key; }
  }
}
