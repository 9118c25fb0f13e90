// Adds two tables of counts. Rows are level, red, green, blue, luma; the level is the same in both.

const COLUMNS = 5u;

@group(0) @binding(0) var<storage, read> left: array<u32>;
@group(0) @binding(1) var<storage, read> right: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged: array<u32>;

@compute @workgroup_size(64)
fn merge(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&merged)) { return; }
  let counts = left[id.x] + right[id.x];
  merged[id.x] = select(counts, left[id.x], id.x % COLUMNS == 0u);
}
