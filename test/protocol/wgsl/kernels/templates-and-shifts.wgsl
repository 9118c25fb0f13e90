@group(0) @binding(0) var<storage, read_write> grid: array<array<vec2<u32>,(8>>1u)>,2>;
@group(0) @binding(1) var<storage, read_write> flags: array<u32,select(2,4,1<2)>;
const LOW = 1;
const MIDDLE = 2;
const less = (LOW<MIDDLE) && (MIDDLE>LOW);
@compute @workgroup_size(select(1,2,less),8>>1,1<<1)
fn main(@builtin(local_invocation_index) i: u32) {
  var a = i; let b = 3u;
  if (a<b && b>(a)) { a = u32(a<b); }
  grid[i % 2u][i % 4u] = vec2<u32>(a>>1u, bitcast<u32>(f32(i))); flags[i % 4u] = array<u32,2>(1u,2u)[i % 2u];
  a <<= 1u; a >>= 1u; if (a >= b || a <= 1u) { flags[0] = a; }
}
