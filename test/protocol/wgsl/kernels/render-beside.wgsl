struct Corner { @builtin(position) at: vec4f, @location(0) @interpolate(flat) shade: u32 }
@group(0) @binding(0) var<uniform> camera: mat4x4f;
@group(0) @binding(1) var<storage, read_write> points: array<vec4f>;
@vertex fn corner(@builtin(vertex_index) i: u32) -> Corner {
  var k = i; while (k > 3u) { k -= 3u; }
  return Corner(camera * vec4f(f32(k)), k);
}
@fragment fn shade(corner: Corner) -> @location(0) vec4f { return vec4f(f32(corner.shade)); }
@compute @workgroup_size(4) fn turn(@builtin(global_invocation_id) id: vec3u) {
  for (var i = 0u; i < 2u; i++) { points[id.x] = camera * points[id.x]; }
}
