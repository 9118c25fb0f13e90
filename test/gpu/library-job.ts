import { readdir, readFile } from 'node:fs/promises'
import type { KernelCase } from '#shaders/kernel-case.ts'

const shaders = new URL('../../shaders/', import.meta.url)

/** A kernel of the library as its folder has it, with the data that it prepares. */
export interface LibraryJob {
  readonly manifest: Record<string, unknown>
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The path tracer's cases are of another kind: path-tracer.test.ts has them. */
  readonly cases: readonly KernelCase[]
}

/** The names of all kernels of the library. */
export async function libraryNames(): Promise<string[]> {
  const entries = await readdir(shaders, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

export async function openLibraryJob(name: string): Promise<LibraryJob> {
  const folder = new URL(`${name}/`, shaders)
  const names = await readdir(folder)
  const files = new Map<string, Uint8Array>()
  for (const file of names.filter((candidate) => /\.(wgsl|csv)$/.test(candidate)))
    files.set(file, await readFile(new URL(file, folder)))
  if (names.includes('prepare.ts')) {
    const { prepare } = (await import(new URL('prepare.ts', folder).href)) as {
      prepare: () => Promise<Map<string, Uint8Array>>
    }
    for (const [file, bytes] of await prepare()) files.set(file, bytes)
  }
  const { cases } = (await import(new URL('cases.ts', folder).href)) as Pick<LibraryJob, 'cases'>
  const manifest = JSON.parse(await readFile(new URL('job.json', folder), 'utf8')) as LibraryJob['manifest']
  return { manifest, files, cases }
}
