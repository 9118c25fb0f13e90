struct Particle { position: vec3f, mass: f32, velocity: vec3f, @size(16) age: u32 }
struct World { gravity: vec3<f32>, step: f32, count: u32 }
@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> before: array<Particle>;
@group(0) @binding(2) var<storage, read_write> after: array<Particle>;

@compute @workgroup_size(32)
fn move_(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= world.count) { return; }
  var self_ = before[id.x];
  var force = world.gravity;
  for (var other = 0u; other < world.count; other++) {
    if (other == id.x) { continue; }
    let way = before[other].position - self_.position;
    force += before[other].mass * way / pow(dot(way, way) + 0.01, 1.5);
  }
  self_.velocity += world.step * force;
  self_.position += world.step * self_.velocity;
  self_.age++;
  after[id.x] = self_;
}
