const N = 64u;
@group(0) @binding(0) var<storage, read_write> data: array<u32>;
var<workgroup> rows: array<u32, N>;
fn sweep(lane: u32) {
  var gap = 1u;
  while (gap < N) {
    workgroupBarrier();
    var add = 0u;
    if (lane >= gap) { add = rows[lane - gap]; }
    workgroupBarrier();
    rows[lane] += add;
    gap <<= 1u;
  }
}
@compute @workgroup_size(N)
fn scan(@builtin(local_invocation_id) local: vec3u, @builtin(global_invocation_id) global: vec3u) {
  rows[local.x] = data[global.x];
  sweep(local.x);
  data[global.x] = rows[local.x];
}
