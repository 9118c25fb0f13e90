import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadRequester, type KeyPlaces } from '#client/command/requester-key.ts'

let folder: string
let warnings: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mask-key-'))
  warnings = []
})
afterEach(() => rm(folder, { recursive: true }))

function load(changes: Partial<KeyPlaces> = {}) {
  const warn = (line: string) => warnings.push(line)
  const env = { XDG_STATE_HOME: join(folder, 'state') }
  return loadRequester({ env, keyFile: undefined, folder, development: true, warn, ...changes })
}

async function aKeyFile(path: string) {
  const key = generatePrivateKey()
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, `${key}\n`, { mode: 0o600 })
  return { key, address: privateKeyToAddress(key) }
}

describe("[R19] the requester's key", () => {
  test('is made on first use in a development network, for its owner only, and is then the same', async () => {
    const first = await load()
    const file = join(folder, 'state', 'mask', 'requester.key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(privateKeyToAddress((await readFile(file, 'utf8')).trim() as `0x${string}`)).toBe(first.address)
    expect((await load()).address).toBe(first.address)
    expect(warnings).toEqual([`Made a key for this development network: ${file}`])
  })

  test('is made in .mask where that folder is already', async () => {
    await mkdir(join(folder, '.mask'))
    await load()
    expect((await stat(join(folder, '.mask', 'requester.key'))).mode & 0o777).toBe(0o600)
  })

  test('is one when two commands make it at the same time', async () => {
    const accounts = await Promise.all([load(), load(), load()])
    expect(new Set(accounts.map(({ address }) => address)).size).toBe(1)
  })

  test('is never made elsewhere than in a development network', async () => {
    await expect(load({ development: false })).rejects.toMatchObject({ code: 'keyMissing' })
    await expect(stat(join(folder, 'state'))).rejects.toThrow('ENOENT')
  })

  test('comes from --key-file before MASK_KEY before .mask before the own state folder', async () => {
    const state = await aKeyFile(join(folder, 'state', 'mask', 'requester.key'))
    const env = { XDG_STATE_HOME: join(folder, 'state') }
    expect((await load({ env, development: false })).address).toBe(state.address)
    const near = await aKeyFile(join(folder, '.mask', 'requester.key'))
    expect((await load({ env, development: false })).address).toBe(near.address)
    const key = generatePrivateKey()
    const withKey = { ...env, MASK_KEY: key.slice(2).toUpperCase() }
    expect((await load({ env: withKey })).address).toBe(privateKeyToAddress(key))
    const named = await aKeyFile(join(folder, 'named.key'))
    expect((await load({ env: withKey, keyFile: join(folder, 'named.key') })).address).toBe(named.address)
  })

  test('a named file that is not there is not made', async () => {
    await expect(load({ keyFile: join(folder, 'none.key') })).rejects.toMatchObject({
      code: 'keyMissing',
      where: join(folder, 'none.key'),
    })
  })

  test.each(['0x1234', '0'.repeat(64), `0x${'f'.repeat(64)}`, 'test test test junk', `0x${'g1'.repeat(32)}`])(
    'that is none (%s) is refused without being repeated',
    async (key) => {
      const error: unknown = await load({ env: { MASK_KEY: key } }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'keyInvalid', where: 'MASK_KEY' })
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(key)
    },
  )

  test('that others can read is warned of', async () => {
    await aKeyFile(join(folder, 'open.key'))
    await chmod(join(folder, 'open.key'), 0o644)
    await load({ keyFile: join(folder, 'open.key') })
    expect(warnings.join()).toContain('chmod 600')
  })
})
