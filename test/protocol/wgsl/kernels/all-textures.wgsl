@group(0) @binding(0) var a: texture_1d<f32>;
@group(0) @binding(1) var b: texture_2d_array<i32>;
@group(0) @binding(2) var c: texture_3d<u32>;
@group(0) @binding(3) var d: texture_cube<f32>;
@group(0) @binding(4) var e: texture_cube_array<f32>;
@group(0) @binding(5) var f: texture_multisampled_2d<f32>;
@group(0) @binding(6) var g: texture_multisampled_2d<u32>;
@group(0) @binding(7) var h: texture_depth_2d;
@group(1) @binding(0) var i: texture_depth_2d_array;
@group(1) @binding(1) var j: texture_depth_cube;
@group(1) @binding(2) var k: texture_depth_cube_array;
@group(1) @binding(3) var l: texture_depth_multisampled_2d;
@group(1) @binding(4) var m: texture_storage_1d<r32uint, read_write>;
@group(1) @binding(5) var n: texture_storage_2d_array<rgba16float, write>;
@group(1) @binding(6) var o: texture_storage_3d<r32float, read>;
@group(1) @binding(7) var p: sampler_comparison;
@group(2) @binding(0) var q: texture_external;
@group(2) @binding(2) var r: sampler;
@group(2) @binding(3) var<storage, read_write> out: array<u32>;

@compute @workgroup_size(1)
fn sizes() {
  out[0] = textureDimensions(a) + textureNumLayers(b) + textureDimensions(c).z + textureDimensions(d).x;
  out[1] = textureNumLayers(e) + textureNumSamples(f) + textureNumSamples(g) + textureDimensions(h).x;
  out[2] = textureNumLayers(i) + textureDimensions(j).x + textureNumLayers(k) + textureNumSamples(l);
  textureStore(m, 0, textureLoad(m, 0) + 1u);
  textureStore(n, vec2u(), 0u, vec4f(textureLoad(o, vec3u())));
  out[3] = u32(textureSampleCompareLevel(h, p, vec2f(), 0.5)) + textureDimensions(q).y;
  out[4] = u32(textureSampleBaseClampToEdge(q, r, vec2f(0.5)).x);
}
