@group(0) @binding(0) var<storage, read> cells: array<u32>;
@group(0) @binding(1) var<storage, read_write> next: array<u32>;
override edge: u32 = 32;
fn cell(x: u32, y: u32) -> u32 { return cells[(y % edge) * edge + x % edge]; }
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = id.x + edge; let y = id.y + edge;
  var near = 0u;
  for (var dy = 0u; dy < 3u; dy++) { for (var dx = 0u; dx < 3u; dx++) {
    if (dx != 1u || dy != 1u) { near += cell(x + dx - 1u, y + dy - 1u); }
  } }
  next[id.y * edge + id.x] = select(0u, 1u, near == 3u || (near == 2u && cell(x, y) == 1u));
}
