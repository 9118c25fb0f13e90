// How often each level of red, green, blue and luma occurs in rows of a photograph. One unit is a span of rows.

struct Params {
  width: u32,      // of the photograph, pixels
  unit_count: u32, // rows in this unit
}

const LEVELS = 256u;
const CHANNELS = 4u; // red, green, blue, luma

// What each invocation counts: job.json divides by LEVELS times this.
const PIXELS_EACH = 16u;

// A row of the table. Merging and plotting want the level beside its counts.
struct Level {
  level: u32,
  counts: array<atomic<u32>, CHANNELS>,
}

@group(0) @binding(0) var<uniform> params: Params;
// unit_count × width pixels, row by row; red in the lowest byte, then green, blue, alpha.
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
// Begins as zeros.
@group(0) @binding(2) var<storage, read_write> levels: array<Level, LEVELS>;

// This workgroup's own counts. Invocations meet here and not in the table, where all workgroups would.
var<workgroup> tally: array<array<atomic<u32>, CHANNELS>, LEVELS>;

// One invocation for each level, so the workgroup's size is LEVELS.
@compute @workgroup_size(256)
fn count(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let begin = workgroup.x * LEVELS * PIXELS_EACH;
  let end = min(begin + LEVELS * PIXELS_EACH, params.width * params.unit_count);
  for (var place = begin + lane; place < end; place += LEVELS) {
    let pixel = pixels[place];
    let rgb = vec3u(pixel, pixel >> 8u, pixel >> 16u) & vec3u(0xff);
    atomicAdd(&tally[rgb.r][0], 1u);
    atomicAdd(&tally[rgb.g][1], 1u);
    atomicAdd(&tally[rgb.b][2], 1u);
    atomicAdd(&tally[luma(rgb)][3], 1u);
  }
  workgroupBarrier();
  for (var channel = 0u; channel < CHANNELS; channel++) {
    atomicAdd(&levels[lane].counts[channel], atomicLoad(&tally[lane][channel]));
  }
  if (workgroup.x == 0u) { levels[lane].level = lane; }
}

// Rec. 709 weights in 256ths, which add up to 256: whole numbers give the same on every machine.
fn luma(rgb: vec3u) -> u32 {
  return (54u * rgb.r + 183u * rgb.g + 19u * rgb.b + 128u) >> 8u;
}
