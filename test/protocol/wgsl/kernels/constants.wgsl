alias Real = f32;
alias Row = array<Real, WIDTH>;
const WIDTH = 1 << LOG;
const LOG = u32(log2(f32(SIZE.x)));
const SIZE = vec3u(16, 4, 2);
const DEEP: i32 = select(-1, 0x10, SIZE[1] >= 4u && WIDTH > (LOG >> 1u));
const_assert DEEP == 16;
@group(DEEP - 15) @binding(min(3, 5)) var<storage, read_write> rows: array<Row, DEEP / 4>;

@compute @workgroup_size(SIZE.x, SIZE.y)
fn main(@builtin(local_invocation_id) id: vec3u) { rows[id.y % 4u][id.x] = Real(id.x) * 0.5; }
