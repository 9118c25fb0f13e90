import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a whole file (mode 0600) so that after a crash it is either absent or complete. */
export async function writeFileDurably(path: string, contents: string | Uint8Array): Promise<void> {
  const aside = `${path}.${process.pid}.part`
  const file = await open(aside, 'w', 0o600)
  try {
    await file.writeFile(contents)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(aside, path)
  await syncFolder(dirname(path))
}

/** Makes a folder's entries survive a power cut: a new name is durable only then. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
