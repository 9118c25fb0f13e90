@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<atomic<u32>, 256>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32, 256>;
@group(1) @binding(0) var<storage, read_write> sorted: array<u32>;

fn digit(value: u32) -> u32 { return value & 255u; }

@compute @workgroup_size(32)
fn count(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&source)) { atomicAdd(&counts[digit(source[id.x])], 1u); }
}

@compute @workgroup_size(1)
fn scan() {
  var sum = 0u;
  for (var i = 0; i < 256; i++) { starts[i] = sum; sum += atomicExchange(&counts[i], sum); }
}

@compute @workgroup_size(32, 1, 1)
fn scatter(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = group.x * 32u + lane;
  if (i < arrayLength(&source)) { sorted[starts[digit(source[i])]] = source[i]; }
}
