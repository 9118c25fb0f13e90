const TILE = 8u;
const AREA = TILE * TILE;
struct Shape { rows: u32, inner: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> shape: Shape;
var<workgroup> tileA: array<array<f32, TILE>, TILE>;
var<workgroup> tileB: array<f32, AREA>;

@compute @workgroup_size(TILE, TILE, 1)
fn multiply(@builtin(workgroup_id) block: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = block.y * TILE + local.y;
  let column = block.x * TILE + local.x;
  var sum = 0.0;
  for (var step = 0u; step < (shape.inner + TILE - 1u) / TILE; step++) {
    let i = step * TILE + local.x;
    let j = step * TILE + local.y;
    tileA[local.y][local.x] = select(0.0, a[row * shape.inner + i], row < shape.rows && i < shape.inner);
    tileB[local.y * TILE + local.x] = select(0.0, b[j * shape.columns + column], column < shape.columns && j < shape.inner);
    workgroupBarrier();
    for (var k = 0u; k < TILE; k++) { sum += tileA[local.y][k] * tileB[k * TILE + local.x]; }
    workgroupBarrier();
  }
  if (row < shape.rows && column < shape.columns) { c[row * shape.columns + column] = sum; }
}
