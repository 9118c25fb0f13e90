struct View { centre: vec2f, scale: f32, width: u32, @align(16) limit: u32 }
@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read_write> turns: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = view.centre + (vec2f(id.xy) - 0.5 * f32(view.width)) * view.scale;
  var z = vec2f();
  var i = 0u;
  for (; i < view.limit && dot(z, z) < 4.0; i++) { z = vec2f(z.x * z.x - z.y * z.y, 2.0 * z.x * z.y) + c; }
  if (id.x < view.width) { turns[id.y * view.width + id.x] = i; }
}
