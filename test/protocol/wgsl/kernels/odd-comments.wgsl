/* a { brace /* and a nested } one */ ( */
@group(0) @binding(0) var<storage, read_write> out: array<u32>; // @compute fn decoy() {
@ /* here */ compute // and here }
@workgroup_size /* size: */ ( // first
  2u, /* second */ 2u ,
)
fn /* name */ main ( @builtin ( /* which? */ global_invocation_id , ) id : vec3 < u32 > /* ) */ , ) // {
{
  for /* ( */ (var i = 0u; i < 3u /* { */; i++) // {
  /* { */ { // }
    var j = 0u; while /* { } */ j < /* { */ 2u { j++; /* } */ out[id.x + 64u * id.y] += i; }
  } // }
}
