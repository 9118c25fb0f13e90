struct Totals { count: atomic<u32>, low: atomic<i32>, @align(8) high: atomic<i32>, bins: array<atomic<u32>, 5> }
@group(2) @binding(0) var<storage, read_write> totals: Totals;
@group(2) @binding(9) var<storage> numbers: array<i32>;
var<workgroup> local: atomic<u32>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  atomicAdd(&local, 1u);
  workgroupBarrier();
  if (lane == 0u) { atomicAdd(&totals.count, atomicLoad(&local)); }
  if (id.x < arrayLength(&numbers)) {
    atomicMin(&totals.low, numbers[id.x]);
    atomicMax(&totals.high, numbers[id.x]);
    atomicAdd(&totals.bins[u32(numbers[id.x]) % 5u], 1u);
  }
}
