/** The npm package `bunny` ships no types: the Stanford bunny, y up, as vertices and counter-clockwise triangles. */
declare module 'bunny' {
  const mesh: {
    readonly positions: readonly (readonly [number, number, number])[]
    readonly cells: readonly (readonly [number, number, number])[]
  }
  export default mesh
}
