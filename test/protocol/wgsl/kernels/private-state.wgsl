diagnostic(off, derivative_uniformity);
override seed = 9u;
var<private> state: u32 = seed;
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@must_use fn next() -> u32 { state = state * 747796405u + 2891336453u; return state >> 16u; }
@compute @workgroup_size(4)
@diagnostic(warning, derivative_uniformity)
fn main(@builtin(global_invocation_id) id: vec3u) @diagnostic(off, derivative_uniformity) {
  state ^= id.x;
  @diagnostic(off, derivative_uniformity) for (var i = 0; i < 5; i++) @diagnostic(off, derivative_uniformity) { out[id.x] ^= next(); }
  @diagnostic(off, derivative_uniformity) loop @diagnostic(off, derivative_uniformity) { if ((next() & 7u) == 0u) { break; } continuing { out[id.x]++; } }
};
