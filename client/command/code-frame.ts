import type { KernelFault } from '#client/sdk/mask-error.ts'

/** More would push the first, which often causes the others, off the screen. */
const faultsShownMax = 10
/** Generated kernels may have lines of any length. */
const columnsMax = 120
/** What a compiler adds to its first line. */
const linesMax = 12

/** What a compiler objects to, each with the line it is about and a caret below the place. */
export function faultLines(faults: readonly KernelFault[]): string[] {
  const shown = faults.slice(0, faultsShownMax).flatMap(codeFrame)
  const more = faults.length - faultsShownMax
  return more > 0 ? [...shown, `  … and ${more} more`] : shown
}

/**
 * One message as compilers print it.
 *
 * @example
 *   kernel.wgsl:2:9: unresolved value 'foo'
 *     2 | let x = foo;
 *       |         ^
 */
function codeFrame({ file, line, column, text, message }: KernelFault): string[] {
  // Of a long line the stretch around the place.
  const begin = Math.max(0, column - 1 - columnsMax / 2)
  const cut = text.slice(begin, begin + columnsMax)
  // Tabs stay, so that the caret stands where the terminal puts the character.
  const before = cut.slice(0, Math.max(0, column - 1 - begin)).replace(/[^\t]/g, ' ')
  const number = `${line}`
  const [first = '', ...rest] = message.split('\n').filter((said) => said.trim() !== '')
  return [
    `  ${file}:${line}:${column}: ${first}`,
    `    ${number} | ${cut}`,
    `    ${' '.repeat(number.length)} | ${before}^`,
    ...rest.slice(0, linesMax).map((said) => `    ${said}`),
  ]
}
