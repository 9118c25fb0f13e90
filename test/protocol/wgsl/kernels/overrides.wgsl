override sizeX = 8;
@id(42) override sizeY: i32 = sizeX / 2;
@id(7) override scale: f32;
override flip: bool = false;
override reach: u32 = u32(sizeX * sizeY) + 4u;
var<workgroup> halo: array<vec3f, reach>;
var<workgroup> ready: bool;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(sizeX, sizeY)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
  halo[lane].x = scale;
  ready = flip;
  workgroupBarrier();
  out[group.x * u32(sizeX * sizeY) + lane] = select(halo[lane].x, -halo[lane].x, ready);
}
