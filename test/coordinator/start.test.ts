import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { openDataDirectory } from '#coordinator/edge/data-directory.ts'
import { SqliteStore } from '#coordinator/edge/store/sqlite-store.ts'

const program = new URL('../../coordinator/main.ts', import.meta.url).pathname

/** Starts a coordinator that is expected to give up at once; its exit code and all that it said. */
function startInVain(...flags: string[]): Promise<{ code: unknown; said: string; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...flags], { timeout: 40_000 }, (error, output, said) => {
      resolve({ code: error ? error.code : 0, said, output })
    })
  })
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('[H4] a busy port: the sentence, the next step, exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, said } = await startInVain('--port', `${port}`, '--data', folder)
  other.close()
  expect(said).toBe(
    `Port ${port} on 127.0.0.1 is in use by another program.\nStop that one, or choose another with --port.\n`,
  )
  expect(code).toBe(1)
})

test('[H4] [D5] a data directory in use: the sentence, the next step, exit code 1', async () => {
  const paths = await openDataDirectory(folder)
  const store = SqliteStore.open(paths.database, new FileBlobs(paths.blobs))
  const { code, said } = await startInVain('--port', '0', '--data', folder)
  await store.close()
  expect(said).toBe(
    `${paths.database} is in use by another coordinator.\nStop that one, or give this one its own --data directory.\n`,
  )
  expect(code).toBe(1)
})

test('[H4] a data directory that is a file: the sentence, exit code 1', async () => {
  const path = join(folder, 'file')
  await writeFile(path, '')
  const { code, said } = await startInVain('--port', '0', '--data', path)
  expect(said).toContain(`The data directory ${path} is not a directory.\n`)
  expect(code).toBe(1)
})

test('[H4] a wrong setting: the sentence, exit code 2; help: on standard output, exit code 0', async () => {
  const [wrong, help] = [await startInVain('--port', 'x'), await startInVain('--help')]
  expect(wrong).toMatchObject({
    code: 2,
    said: '--port: must be a whole number.\nCorrect it; --help lists the options.\n',
  })
  expect(help).toMatchObject({ code: 0, said: '' })
  expect(help.output).toContain('--public-host')
})
