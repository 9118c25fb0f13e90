override width: u32 = 128u;
@group(1) @binding(4) var<storage, read> numbers: array<u32>;
@group(1) @binding(1) var<storage, read_write> sums: array<u32>;
var<workgroup> partial: array<u32, width>;

@compute @workgroup_size(width)
fn reduce(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  var sum = 0u;
  for (var i = group.x * width + lane; i < arrayLength(&numbers); i += groups.x * width) { sum += numbers[i]; }
  partial[lane] = sum;
  for (var half = width / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0u) { sums[group.x] = partial[0]; }
}
