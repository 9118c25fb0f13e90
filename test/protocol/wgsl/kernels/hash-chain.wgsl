@group(0) @binding(0) var<storage, read_write> words: array<u32>;
fn mix(value: u32) -> u32 {
  var x = value;
  x = (x ^ (x >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) count: vec3u) {
  var word = id.x + id.y * count.x * 64u;
  for (var round = 0; round < 16; round += 1) { word = mix(word); }
  words[id.x + id.y * count.x * 64u] = word;
}
