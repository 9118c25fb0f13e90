struct mask_Tile { mask_report: u32, mask1_tile: u32 }
@group(0) @binding(0) var<storage, read_write> mask_tile0: mask_Tile;
@group(0) @binding(1) var<storage, read_write> mask2_entry0: array<u32>;
@compute @workgroup_size(2) fn mask_entry0(@builtin(workgroup_id) mask_workgroup_id: vec3u) {
  for (var mask_turns = 0u; mask_turns < 3u; mask_turns++) { mask2_entry0[mask_workgroup_id.x] += mask_tile0.mask_report; }
}
