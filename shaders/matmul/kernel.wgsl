// Product of two matrices, row by row: product = left · right. A workgroup makes a block of 64 × 64 numbers, each
// invocation 4 × 4 of them; the factors come through workgroup memory, 16 of the inner numbers at a time.

struct Params {
  unit_count: u32, // rows of left and of the product in this unit
  inner: u32,      // columns of left, rows of right
  columns: u32,    // of right and of the product
}

@group(0) @binding(0) var<uniform> params: Params;
// unit_count × inner
@group(0) @binding(1) var<storage, read> left: array<f32>;
// inner × columns
@group(0) @binding(2) var<storage, read> right: array<f32>;
// unit_count × columns
@group(0) @binding(3) var<storage, read_write> product: array<f32>;

// Groups of four along a side of the block; also how many inner numbers are taken at a time.
const SIDE = 16u;

// [inner number][group of four rows]
var<workgroup> left_part: array<array<vec4f, SIDE>, SIDE>;
// [inner number][group of four columns]
var<workgroup> right_part: array<array<vec4f, SIDE>, SIDE>;

@compute @workgroup_size(SIDE, SIDE)
fn multiply(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let first_row = 4u * (SIDE * group.y + local.y);
  let first_column = 4u * (SIDE * group.x + local.x);
  // A member a row, a component a column.
  var sums = array<vec4f, 4>();
  for (var first = 0u; first < params.inner; first += SIDE) {
    // Neighbouring invocations read neighbouring numbers of both factors.
    left_part[local.x][local.y] = left_column(first_row, first + local.x);
    right_part[local.y][local.x] = right_row(first + local.y, first_column);
    workgroupBarrier();
    for (var k = 0u; k < SIDE; k++) {
      let a = left_part[k][local.y];
      let b = right_part[k][local.x];
      sums[0] += a.x * b;
      sums[1] += a.y * b;
      sums[2] += a.z * b;
      sums[3] += a.w * b;
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < min(4u, max(params.unit_count, first_row) - first_row); row++) {
    for (var column = 0u; column < min(4u, max(params.columns, first_column) - first_column); column++) {
      product[(first_row + row) * params.columns + first_column + column] = sums[row][column];
    }
  }
}

// Four numbers of a column of left, from this row on; zeros outside.
fn left_column(row: u32, column: u32) -> vec4f {
  return vec4f(
    left_at(row, column),
    left_at(row + 1u, column),
    left_at(row + 2u, column),
    left_at(row + 3u, column),
  );
}

// Four numbers of a row of right, from this column on; zeros outside.
fn right_row(row: u32, column: u32) -> vec4f {
  return vec4f(
    right_at(row, column),
    right_at(row, column + 1u),
    right_at(row, column + 2u),
    right_at(row, column + 3u),
  );
}

fn left_at(row: u32, column: u32) -> f32 {
  if (row >= params.unit_count || column >= params.inner) { return 0.0; }
  return left[row * params.inner + column];
}

fn right_at(row: u32, column: u32) -> f32 {
  if (row >= params.inner || column >= params.columns) { return 0.0; }
  return right[row * params.columns + column];
}
