import { Refusal } from '#protocol/refusal.ts'
import type { Position } from '#protocol/wgsl/reflection.ts'

/**
 * A place in a kernel as its author finds it. A job spec holds the joined text alone, so only a kernel of one file has
 * the file's own lines; the mask command knows the parts and names them.
 */
export function kernelPlace(files: readonly string[], { line, column }: Position): string {
  const [only] = files
  return `${only !== undefined && files.length === 1 ? only : 'wgsl'}:${line}:${column}`
}

/** The refusal with its `line:column`, if it has one, as a place of the kernel, in the message as well. */
export function placed(files: readonly string[], refusal: Refusal): Refusal {
  const [, line, column] = /^(\d+):(\d+)$/.exec(refusal.where ?? '') ?? []
  if (line === undefined || column === undefined) return withNext(refusal)
  const where = kernelPlace(files, { line: Number(line), column: Number(column) })
  return new Refusal(refusal.reason, `${where}: ${refusal.message}`, {
    where,
    ...(refusal.next !== undefined && { next: refusal.next }),
    cause: refusal,
  })
}

/** Some refusals are made far from where anybody knows which field they are about. */
function withNext(refusal: Refusal): Refusal {
  const { reason, message, where, next, cause } = refusal
  if (where !== undefined && next !== undefined) return refusal
  return new Refusal(reason, message, {
    where: where ?? 'job.json',
    next: next ?? 'Correct it in job.json; npx mask check says more.',
    cause,
  })
}
