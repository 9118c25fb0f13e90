import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'

/**
 * Runs `prepare()` of a job folder: the requester's own program, with the requester's own rights, as a build script
 * would be. Nothing of it is sent but the files it makes.
 *
 * @throws {MaskError} `prepareFailed`
 */
export async function runPrepare(program: string): Promise<Map<string, Uint8Array>> {
  try {
    const { prepare } = (await import(pathToFileURL(resolve(program)).href)) as { prepare?: unknown }
    if (typeof prepare !== 'function') throw new Error('it exports no function named prepare')
    return filesOf(await (prepare as () => unknown)())
  } catch (cause) {
    throw new MaskError('prepareFailed', `prepare.ts failed: ${messageOf(cause)}.`, {
      where: program,
      next: 'Export `prepare(): Promise<Map<string, Uint8Array>>`, which makes the data files by name.',
      cause,
    })
  }
}

function filesOf(made: unknown): Map<string, Uint8Array> {
  if (!(made instanceof Map)) throw new Error('prepare() did not give a Map')
  const files = new Map<string, Uint8Array>()
  for (const [name, bytes] of made as Map<unknown, unknown>) {
    if (typeof name !== 'string' || !(bytes instanceof Uint8Array))
      throw new Error('the Map of prepare() must go from file names to Uint8Arrays')
    files.set(name, bytes)
  }
  return files
}
