// Größe — 大きさ
struct Größe { höhe: f32, 幅: u32 }
@group(0) @binding(0) var<storage, read_write> größen: array<Größe>;
override Δ: u32 = 4u;
@compute @workgroup_size(/* π */ Δ)
fn wachsen(@builtin(global_invocation_id) número: vec3u) { größen[número.x].幅 += Δ; }
