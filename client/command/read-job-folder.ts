import { open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { limits } from '#protocol/limits.ts'
import { parseManifest, type Manifest } from '#protocol/manifest.ts'
import { dataFilesOf, kernelFilesOf, type JobFolder } from '#client/sdk/job-folder.ts'
import { MaskError, messageOf, withoutRefusals } from '#client/sdk/mask-error.ts'
import { placeOfJsonFault } from '#client/command/json-fault.ts'
import { runPrepare } from '#client/command/run-prepare.ts'

/** Read at a time. */
const readBytes = 64 * 1024 * 1024

/**
 * Reads a job from disk: `job.json`, the WGSL and data files it names, and for data files that are not there what
 * `prepare.ts` makes.
 *
 * @throws {MaskError} `folderInvalid`, `fileMissing`, `malformed`, `tooLarge`, `manifestInvalid`, `prepareFailed`
 */
export async function readJobFolder(
  folder: string,
  onPrepare: () => void = () => undefined,
): Promise<JobFolder & { readonly manifest: Manifest }> {
  await requireFolder(folder)
  const manifest = parseJobJson(await readText(folder, 'job.json'))
  const files = new Map<string, Uint8Array>()
  for (const name of kernelFilesOf(manifest))
    files.set(name, await readRequired(folder, name, limits.wgslBytesMax))

  const unmade = new Set<string>()
  for (const { name, bytesMax } of dataFilesOf(manifest)) {
    const bytes = files.get(name) ?? (await readIfThere(folder, name, bytesMax))
    if (bytes) files.set(name, bytes)
    else unmade.add(name)
  }
  if (unmade.size > 0)
    for (const [name, bytes] of await make(folder, unmade, onPrepare)) files.set(name, bytes)
  return { manifest, files }
}

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    throw folderInvalid(folder, 'does not exist', cause)
  })
  if (!found.isDirectory()) throw folderInvalid(folder, 'is not a folder')
}

async function readText(folder: string, name: string): Promise<string> {
  const bytes = await readRequired(folder, name, limits.manifestBytesMax)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const detail = { where: join(folder, name), next: 'Save the file as UTF-8.', cause }
    throw new MaskError('malformed', `${name} is not UTF-8 text.`, detail)
  }
}

function parseJobJson(text: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { line, column } = placeOfJsonFault(text)
    throw new MaskError('malformed', `job.json is not JSON: ${messageOf(cause)}.`, {
      where: `job.json, line ${line}, column ${column}`,
      next: 'Correct it there; JSON has no comments and no comma after the last item.',
      cause,
    })
  }
  return withoutRefusals(() => parseManifest(value))
}

async function readRequired(folder: string, name: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await readIfThere(folder, name, bytesMax)
  if (bytes) return bytes
  if (name === 'job.json') throw folderInvalid(folder, 'has no job.json')
  throw missing(folder, name, 'Put the file there, or take its name out of job.json.')
}

async function readIfThere(folder: string, name: string, bytesMax: number): Promise<Uint8Array | undefined> {
  const path = join(folder, name)
  try {
    const found = await stat(path)
    await requireInside(folder, path, name)
    if (!found.isFile())
      throw new MaskError('folderInvalid', `${name} is not a file.`, {
        where: path,
        next: 'Put a plain file there.',
      })
    if (found.size > bytesMax) {
      const message = `${name} has ${found.size} bytes; at most ${bytesMax} are allowed.`
      throw new MaskError('tooLarge', message, { where: path, next: 'Make it smaller or split the job.' })
    }
    return await readWhole(path, found.size)
  } catch (cause) {
    if (cause instanceof MaskError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const next = 'Check its permissions.'
    throw new MaskError('folderInvalid', `${name} cannot be read: ${messageOf(cause)}.`, {
      where: path,
      next,
      cause,
    })
  }
}

/** Not `readFile`, which ends at 2 GiB: a sliced input may be larger. */
async function readWhole(path: string, bytesTotal: number): Promise<Uint8Array> {
  await using handle = await open(path)
  const bytes = new Uint8Array(bytesTotal)
  for (let offset = 0; offset < bytesTotal;) {
    const { bytesRead } = await handle.read(bytes, offset, Math.min(readBytes, bytesTotal - offset))
    if (bytesRead === 0) throw new Error('it became shorter while it was read')
    offset += bytesRead
  }
  return bytes
}

/** A link in a folder got from elsewhere could send any file of this machine to the network. */
async function requireInside(folder: string, path: string, name: string): Promise<void> {
  const [inside, target] = await Promise.all([realpath(folder), realpath(path)])
  if (target.startsWith(inside.endsWith(sep) ? inside : `${inside}${sep}`)) return
  throw new MaskError('folderInvalid', `${name} leads out of the job folder.`, {
    where: path,
    next: 'Copy the file into the folder.',
  })
}

async function make(folder: string, names: ReadonlySet<string>, onPrepare: () => void) {
  const [first = ''] = names
  const program = join(folder, 'prepare.ts')
  const source = await readIfThere(folder, 'prepare.ts', limits.blobBytesMax)
  if (!source) throw missing(folder, first, 'Put the file there, or write a prepare.ts that makes it.')
  onPrepare()
  const made = await runPrepare(program)
  const forgotten = [...names].find((name) => !made.has(name))
  if (forgotten !== undefined) throw missing(folder, forgotten, 'Let prepare.ts make it under that name.')
  return [...made].filter(([name]) => names.has(name))
}

function folderInvalid(folder: string, how: string, cause?: unknown): MaskError {
  const next = 'Name a folder with a job.json, e.g. shaders/path-tracer.'
  return new MaskError('folderInvalid', `The job folder ${how}.`, { where: folder, next, cause })
}

function missing(folder: string, name: string, next: string): MaskError {
  const message = `job.json names ${name}, which is missing.`
  return new MaskError('fileMissing', message, { where: join(folder, name), next })
}
