import { access, constants, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, systemCodeOf } from './failure.ts'

/** Makes the data directory (mode 0700) where it is missing and checks that it can be written. @throws {Failure} */
export async function openDataDirectory(path: string): Promise<{
  database: string
  blobs: string
  chain: string
  log: string
  logKey: string
  referenceKey: string
}> {
  const paths = {
    database: join(path, 'mask.sqlite'),
    blobs: join(path, 'blobs'),
    chain: join(path, 'chain'),
    log: join(path, 'log'),
    logKey: join(path, 'log.key'),
    referenceKey: join(path, 'reference.key'),
  }
  try {
    await ensureFolder(paths.blobs)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    await access(paths.blobs, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Failure(`The data directory ${path} ${reasonOf(systemCodeOf(cause))}.`, {
      next: 'Choose another with --data, or mend its permissions.',
      cause,
    })
  }
  return paths
}

/** Node's own recursive mkdir never ends where a folder's parent exists and still refuses it, as in /proc. */
async function ensureFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await ensureFolder(dirname(path))
    await mkdir(path, { mode: 0o700 })
  }
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'may not be written by this user'
    case 'EEXIST':
    case 'ENOTDIR':
      return 'is not a directory'
    case 'ENOSPC':
      return 'lies on a full disk'
    case undefined:
    default:
      return `cannot be used (${code ?? 'unknown error'})`
  }
}
