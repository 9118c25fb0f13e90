struct Inner { flag: u32, @size(12) half: vec2f, way: vec3i }
struct Middle { @align(32) inner: array<Inner, 3>, turn: mat4x3f, small: mat2x2<f32> }
struct Outer { first: f32, middle: Middle, tail: array<Middle> }
@group(0) @binding(0) var<storage, read_write> outer: Outer;
@group(0) @binding(1) var<uniform> one: Middle;
@group(3) @binding(1) var<storage> lengths: vec3<u32>;
@compute @workgroup_size(1, 1, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  outer.tail[id.z].inner[1].way += vec3i(lengths);
  outer.middle.turn[1] = one.turn[0] * outer.first;
}
