@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var smooth_: sampler;
@group(0) @binding(2) var blurred: texture_storage_2d<rgba8unorm, write>;
const REACH = 3;

@compute @workgroup_size(8, 8)
fn blur(@builtin(global_invocation_id) id: vec3u) {
  let size = vec2f(textureDimensions(picture));
  var sum = vec4f();
  for (var y = -REACH; y <= REACH; y++) {
    for (var x = -REACH; x <= REACH; x++) {
      sum += textureSampleLevel(picture, smooth_, (vec2f(id.xy) + vec2f(f32(x), f32(y)) + 0.5) / size, 0.0);
    }
  }
  textureStore(blurred, id.xy, sum / f32((2 * REACH + 1) * (2 * REACH + 1)));
}
