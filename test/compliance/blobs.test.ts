import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { describeBlobs } from './blobs-compliance.ts'
import { someBytes } from './some-rows.ts'
import { aFolder } from './temporary-store.ts'

describeBlobs('files', async () => {
  const folder = await aFolder()
  return {
    blobs: new FileBlobs(folder),
    reopen: () => new FileBlobs(folder),
    dispose: () => rm(folder, { recursive: true }),
  }
})

let folder: string
beforeEach(async () => {
  folder = await aFolder()
})
afterEach(() => rm(folder, { recursive: true }))

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
const theOneFile = async () => {
  const [file] = await files()
  if (!file) throw new Error('there is no file')
  return join(file.parentPath, file.name)
}

test.each<[damage: string, harm: (path: string) => Promise<void>]>([
  [
    'a flipped bit',
    async (path) => {
      const bytes = await readFile(path)
      bytes[500] = (bytes[500] ?? 0) ^ 1
      await writeFile(path, bytes)
    },
  ],
  ['a missing end', (path) => truncate(path, 10)],
  ['nothing left', (path) => truncate(path, 0)],
])('[D4] %s is noticed, and putting the bytes again mends it', async (_damage, harm) => {
  const blobs = new FileBlobs(folder)
  const id = await blobs.put(someBytes(1_000))
  await harm(await theOneFile())
  await expect(blobs.get(id)).rejects.toMatchObject({ name: 'Refusal', reason: 'blobCorrupt', where: id })
  expect(await blobs.put(someBytes(1_000))).toBe(id)
  expect(Buffer.from((await blobs.get(id)) ?? []).equals(someBytes(1_000))).toBe(true)
})

test('[D4] nothing but the blobs is left in the folder, and only their owner may read them', async () => {
  const blobs = new FileBlobs(folder)
  await Promise.all(Array.from({ length: 30 }, (_, index) => blobs.put(someBytes(50_000, index % 3))))
  const names = (await files()).map(({ name }) => name)
  expect(names).toHaveLength(3)
  for (const name of names) expect(name).toMatch(/^b[a-z2-7]{58}$/)
  expect((await stat(await theOneFile())).mode & 0o777).toBe(0o600)
})

test('[D4] a write that cannot end leaves no part behind', async () => {
  const blobs = new FileBlobs(join(folder, 'file'))
  await writeFile(join(folder, 'file'), '')
  await expect(blobs.put(someBytes(10))).rejects.toThrow('ENOTDIR')
  expect((await files()).map(({ name }) => name)).toEqual(['file'])
})
