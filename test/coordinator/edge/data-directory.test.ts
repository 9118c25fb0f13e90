import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataDirectory } from '#coordinator/edge/data-directory.ts'

describe('the data directory', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('[H4] it is made with its parents where it is missing, for its owner alone, and opened again', async () => {
    const path = join(folder, 'deep', 'down')
    const paths = await openDataDirectory(path)
    expect(paths).toEqual({
      database: join(path, 'mask.sqlite'),
      blobs: join(path, 'blobs'),
      chain: join(path, 'chain'),
      log: join(path, 'log'),
      logKey: join(path, 'log.key'),
      referenceKey: join(path, 'reference.key'),
    })
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect((await stat(paths.blobs)).isDirectory()).toBe(true)
    expect(await openDataDirectory(path)).toEqual(paths)
  })

  test('[H4] a file in its place is named', async () => {
    const path = join(folder, 'file')
    await writeFile(path, '')
    await expect(openDataDirectory(path)).rejects.toMatchObject({
      name: 'Failure',
      exitCode: 1,
      message: `The data directory ${path} is not a directory.`,
      next: expect.stringContaining('--data') as unknown,
    })
  })

  test.runIf(process.platform === 'linux')(
    '[H4] a place where nothing can be made is named, and the start does not hang',
    async () => {
      await expect(openDataDirectory('/proc/mask/data')).rejects.toMatchObject({
        name: 'Failure',
        exitCode: 1,
        message: expect.stringContaining('/proc/mask/data cannot be used') as unknown,
      })
    },
  )
})
