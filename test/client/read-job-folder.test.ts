import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeOfJsonFault } from '#client/command/json-fault.ts'
import { readJobFolder } from '#client/command/read-job-folder.ts'
import { dataFilesOf, packFolder } from '#client/sdk/job-folder.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { aJobJson, someFiles } from '#test/client/a-job.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mask-job-'))
  await writeFile(join(folder, 'job.json'), JSON.stringify(aJobJson()))
  for (const [name, bytes] of someFiles()) await writeFile(join(folder, name), bytes)
})
afterEach(() => rm(folder, { recursive: true }))

async function failure(): Promise<MaskError> {
  const error: unknown = await readJobFolder(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(MaskError)
  return error as MaskError
}

describe('[R17] reading a job folder', () => {
  test('takes job.json and the files it names, nothing else', async () => {
    await writeFile(join(folder, 'secret.txt'), 'not yours')
    const { manifest, files } = await readJobFolder(folder)
    expect(manifest.name).toBe('Squares')
    expect(files).toEqual(someFiles())
  })

  test('a byte order mark before job.json does no harm', async () => {
    await writeFile(join(folder, 'job.json'), `\ufeff${JSON.stringify(aJobJson())}`)
    expect((await readJobFolder(folder)).manifest.name).toBe('Squares')
  })

  test('no folder', async () => {
    await expect(readJobFolder(join(folder, 'none'))).rejects.toMatchObject({
      code: 'folderInvalid',
      message: 'The job folder does not exist.',
      where: join(folder, 'none'),
    })
  })

  test('a file instead of a folder', async () => {
    await expect(readJobFolder(join(folder, 'job.json'))).rejects.toThrow('is not a folder')
  })

  test('no job.json', async () => {
    await rm(join(folder, 'job.json'))
    expect(await failure()).toMatchObject({
      code: 'folderInvalid',
      message: 'The job folder has no job.json.',
    })
  })

  test('job.json that is no JSON: line and column', async () => {
    await writeFile(join(folder, 'job.json'), '{\n  "name": "x",\n  "cause": science\n}')
    expect(await failure()).toMatchObject({ code: 'malformed', where: 'job.json, line 3, column 12' })
  })

  test('job.json that is no UTF-8', async () => {
    await writeFile(join(folder, 'job.json'), Buffer.from([0x7b, 0xff, 0x7d]))
    expect((await failure()).message).toBe('job.json is not UTF-8 text.')
  })

  test('job.json that is too large is not read', async () => {
    await writeFile(join(folder, 'job.json'), ' '.repeat(70_000))
    expect(await failure()).toMatchObject({ code: 'tooLarge' })
  })

  test.each([
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a path instead of a file name', { wgsl: ['../kernel.wgsl'] }, 'wgsl.0'],
    ['an absolute path', { wgsl: ['/etc/passwd'] }, 'wgsl.0'],
    ['a file name of dots', { inputs: { numbers: { file: '..', shared: true } } }, 'inputs.numbers.file'],
  ])('%s is refused with its place', async (_what, changes, where) => {
    await writeFile(join(folder, 'job.json'), JSON.stringify(aJobJson(changes)))
    expect(await failure()).toMatchObject({ code: 'manifestInvalid', where })
  })

  test.each(['first.wgsl', 'numbers.bin'])('%s missing', async (name) => {
    await rm(join(folder, name))
    expect(await failure()).toMatchObject({ code: 'fileMissing', where: join(folder, name) })
  })

  test('a folder where a file should be', async () => {
    await rm(join(folder, 'first.wgsl'))
    await mkdir(join(folder, 'first.wgsl'))
    expect((await failure()).message).toBe('first.wgsl is not a file.')
  })

  test('a link that leads out of the folder', async () => {
    await rm(join(folder, 'numbers.bin'))
    await symlink('/etc/hostname', join(folder, 'numbers.bin'))
    expect(await failure()).toMatchObject({
      code: 'folderInvalid',
      message: 'numbers.bin leads out of the job folder.',
    })
  })

  test('a link inside the folder is fine', async () => {
    await rm(join(folder, 'numbers.bin'))
    await symlink('first.wgsl', join(folder, 'numbers.bin'))
    expect((await readJobFolder(folder)).files.get('numbers.bin')).toEqual(someFiles().get('first.wgsl'))
  })

  test('WGSL that is too long is refused with its size', async () => {
    await writeFile(join(folder, 'first.wgsl'), ' '.repeat(262_145))
    expect(await failure()).toMatchObject({
      code: 'tooLarge',
      message: expect.stringContaining('262145') as string,
    })
  })

  test('WGSL parts that are too long only together are refused as well', async () => {
    for (const name of ['first.wgsl', 'second.wgsl']) await writeFile(join(folder, name), ' '.repeat(140_000))
    const read = await readJobFolder(folder)
    expect(() => packFolder(read)).toThrow('first.wgsl + second.wgsl has 280001 bytes')
  })

  test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    await chmod(join(folder, 'first.wgsl'), 0)
    expect((await failure()).next).toBe('Check its permissions.')
  })
})

describe('[R18] prepare.ts', () => {
  beforeEach(() => rm(join(folder, 'numbers.bin')))

  const prepare = (body: string) => writeFile(join(folder, 'prepare.ts'), body)

  test('makes the data files that are not there', async () => {
    await prepare(`
      export async function prepare(): Promise<Map<string, Uint8Array>> {
        return new Map([['numbers.bin', new Uint8Array([5, 6])], ['first.wgsl', new Uint8Array()]])
      }`)
    let ran = 0
    const { files } = await readJobFolder(folder, () => (ran += 1))
    expect(files.get('numbers.bin')).toEqual(new Uint8Array([5, 6]))
    expect(files.get('first.wgsl')).toEqual(someFiles().get('first.wgsl'))
    expect(ran).toBe(1)
  })

  test('does not run when nothing is missing', async () => {
    await writeFile(join(folder, 'numbers.bin'), 'here')
    await prepare('throw new Error("ran")')
    expect((await readJobFolder(folder)).files.get('numbers.bin')).toEqual(new TextEncoder().encode('here'))
  })

  test.each([
    ['does not compile', 'export const = 3', /prepare.ts failed/],
    ['exports nothing', 'export const other = 3', /no function named prepare/],
    ['throws', 'export function prepare() { throw new Error("no bunny") }', /no bunny/],
    ['rejects', 'export async function prepare() { throw new Error("no bunny") }', /no bunny/],
    ['gives no Map', 'export function prepare() { return {} }', /did not give a Map/],
    [
      'gives no bytes',
      'export function prepare() { return new Map([["numbers.bin", "text"]]) }',
      /Uint8Array/,
    ],
  ])('that %s is named', async (_what, body, message) => {
    await prepare(body)
    expect(await failure()).toMatchObject({ code: 'prepareFailed', where: join(folder, 'prepare.ts') })
    expect((await failure()).message).toMatch(message)
  })

  test('that makes something else is named with the file it forgot', async () => {
    await prepare('export function prepare() { return new Map() }')
    expect(await failure()).toMatchObject({ code: 'fileMissing', where: join(folder, 'numbers.bin') })
  })

  test('makes the bunny of the path tracer, the same bytes every time', async () => {
    const bunny = fileURLToPath(new URL('../../shaders/path-tracer', import.meta.url))
    const [first, second] = [await readJobFolder(bunny), await readJobFolder(bunny)]
    const [file = ''] = dataFilesOf(first.manifest).map(({ name }) => name)
    expect(first.files.get(file)).toEqual(second.files.get(file))
    expect(packFolder(first).specId).toBe(packFolder(second).specId)
  })
})

describe('[R17] the place of a fault in JSON', () => {
  test.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['[1,]', 1, 4],
    ['{"a":1,}', 1, 8],
    ['{"a" 1}', 1, 6],
    ['{a:1}', 1, 2],
    ['{\n  "a": 1,\n  b\n}', 3, 3],
    ['{"a":01}', 1, 7],
    ['[1] x', 1, 5],
    ['// comment', 1, 1],
    ["{'a':1}", 1, 2],
    ['["unfinished]', 1, 2],
    ['[tru]', 1, 2],
    ['[\n"tab\there"]', 2, 1],
  ])('%j: line %i, column %i', (text, line, column) => {
    expect(placeOfJsonFault(text)).toEqual({ line, column })
  })

  test('JSON has none: the place is the end', () => {
    const property = fc.property(fc.json(), fc.constantFrom(0, 1, 4), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent)
      const { line, column } = placeOfJsonFault(text)
      const lines = text.split('\n')
      expect([line, column]).toEqual([lines.length, (lines.at(-1)?.length ?? 0) + 1])
    })
    fc.assert(property)
  })

  test('a text cut short has its fault at the latest at the cut', () => {
    const property = fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(), (value, cut) => {
      const text = JSON.stringify(value)
      const short = text.slice(0, cut % (text.length - 1))
      expect(placeOfJsonFault(short).column).toBeLessThanOrEqual(short.length + 1)
    })
    fc.assert(property)
  })
})
