import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { MaskError, messageOf, type KernelFault } from '#client/sdk/mask-error.ts'

/** The line breaks of WGSL. */
const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/

/** The parts of a kernel joined to one module, which knows where each line came from. */
export class JoinedKernel {
  readonly text: string
  readonly #parts: readonly { readonly name: string; readonly lines: readonly string[] }[]

  /** @throws {MaskError} `fileMissing`, `malformed` or `tooLarge` */
  constructor(names: readonly string[], files: ReadonlyMap<string, Uint8Array>) {
    const texts = names.map((name) => textOf(files, name))
    this.text = texts.join('\n')
    this.#parts = texts.map((text, index) => ({ name: names[index] ?? '', lines: text.split(lineBreak) }))
    const bytes = new TextEncoder().encode(this.text).length
    if (bytes <= limits.wgslBytesMax) return
    const where = names.join(' + ')
    const message = `${where} has ${bytes} bytes; at most ${limits.wgslBytesMax} are allowed.`
    throw new MaskError('tooLarge', message, { where, next: 'Put tables into an input instead of the text.' })
  }

  /** A message about a line and column of the whole, told by the file in which the author wrote it. */
  faultAt(line: number, column: number, message: string): KernelFault {
    let before = 0
    for (const { name, lines } of this.#parts) {
      if (line <= before + lines.length)
        return { file: name, line: line - before, column, text: lines[line - before - 1] ?? '', message }
      before += lines.length
    }
    // Compilers place what is missing behind the last line.
    const last = this.#parts.at(-1)
    return { file: last?.name ?? '', line: last?.lines.length ?? 1, column: 1, text: '', message }
  }

  /**
   * What the kernel says about itself.
   *
   * @throws {MaskError} `kernelInvalid` with file, line and column.
   */
  reflect(): Reflection {
    try {
      return reflect(this.text)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const [, line, column] = /^(\d+):(\d+)$/.exec(error.where ?? '') ?? []
      if (line === undefined) throw error
      throw kernelError([this.faultAt(Number(line), Number(column), error.message)], error)
    }
  }
}

/** A kernel that is refused, by the first of the faults. */
export function kernelError(faults: readonly KernelFault[], cause: unknown): MaskError {
  const [first] = faults
  const where = first && `${first.file}:${first.line}:${first.column}`
  const next = cause instanceof Refusal ? cause.next : undefined
  // A compiler may go on for many lines; the first says what it is.
  const [message = ''] = (first?.message ?? messageOf(cause)).split('\n')
  const code = cause instanceof Refusal ? cause.reason : 'kernelInvalid'
  return new MaskError(code, message, {
    where,
    faults,
    next: next ?? 'Correct the kernel there.',
    cause,
  })
}

/** A file of the job as text. @throws {MaskError} `fileMissing` or `malformed` */
export function textOf(files: ReadonlyMap<string, Uint8Array>, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fileOf(files, name))
  } catch (cause) {
    if (cause instanceof MaskError) throw cause
    const next = 'Save the file as UTF-8.'
    throw new MaskError('malformed', `${name} is not UTF-8 text.`, { where: name, next, cause })
  }
}

/** A file of the job. @throws {MaskError} `fileMissing` */
export function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array<ArrayBuffer> {
  const bytes = files.get(name)
  // Shared memory can neither be hashed nor sent by every browser.
  if (bytes)
    return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
  const next = 'Put the file into the job folder, or take its name out of job.json.'
  throw new MaskError('fileMissing', `The job names the file ${name}, which is missing.`, {
    where: name,
    next,
  })
}
