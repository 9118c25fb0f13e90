import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, systemCodeOf } from './failure.ts'

/** Makes the data directory (mode 0700) where it is missing and checks that it can be written. @throws {Failure} */
export async function openDataDirectory(
  path: string,
): Promise<{ database: string; blobs: string; chain: string }> {
  const paths = {
    database: join(path, 'mask.sqlite'),
    blobs: join(path, 'blobs'),
    chain: join(path, 'chain'),
  }
  try {
    await mkdir(paths.blobs, { recursive: true, mode: 0o700 })
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
    default:
      return `cannot be used (${code ?? 'unknown error'})`
  }
}
