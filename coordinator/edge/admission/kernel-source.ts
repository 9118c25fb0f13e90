import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'

/**
 * A kernel's text from its bytes.
 *
 * @throws {Refusal} `tooLarge`, or `kernelInvalid` for what is not UTF-8 or holds a NUL.
 */
export function kernelSource(bytes: Uint8Array): string {
  if (bytes.length > limits.wgslBytesMax)
    throw new Refusal(
      'tooLarge',
      `The kernel has ${bytes.length} bytes; at most ${limits.wgslBytesMax} are allowed.`,
      { where: 'wgsl', next: 'Put tables into an input instead of the text.' },
    )
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw invalid(`Byte ${nul} of the kernel is NUL, which is no text.`)
  try {
    // Keeps a byte order mark, on which every compiler has its own opinion, for the compiler to judge.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalid('The kernel is not UTF-8 text.')
  }
}

function invalid(message: string): Refusal {
  return new Refusal('kernelInvalid', message, { where: 'wgsl', next: 'Save the WGSL files as UTF-8.' })
}
