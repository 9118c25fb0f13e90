import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'

export interface KeyPlaces {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly keyFile: string | undefined
  readonly folder: string
  /** A key is made on first use in development networks only. */
  readonly development: boolean
  readonly warn: (line: string) => void
}

/**
 * The requester's account: from `--key-file`, else from MASK_KEY, else from `.mask/requester.key` in the current
 * folder, else from the person's own state folder. Never from a flag, which other users and the shell's history see.
 *
 * @throws {MaskError} `keyMissing` or `keyInvalid`; the key itself is never in a message.
 */
export async function loadRequester(places: KeyPlaces): Promise<LocalAccount> {
  const { env, keyFile, folder, development } = places
  if (keyFile !== undefined) return accountOf(await readKey(keyFile, places), keyFile)
  if (env['MASK_KEY']) return accountOf(env['MASK_KEY'], 'MASK_KEY')
  const near = join(folder, '.mask', 'requester.key')
  const own = join(stateFolder(env), 'requester.key')
  for (const file of [near, own]) if (existsSync(file)) return accountOf(await readKey(file, places), file)
  if (!development)
    throw new MaskError('keyMissing', 'There is no key to pay with.', {
      where: own,
      next: 'Set MASK_KEY, or name a file with --key-file.',
    })
  // Only beside the state that a coordinator keeps here anyway: a key in any other folder might get committed.
  const file = existsSync(dirname(near)) ? near : own
  await createKey(file)
  places.warn(`Made a key for this development network: ${file}`)
  return accountOf(await readKey(file, places), file)
}

/** The XDG state folder, or what Windows has for it. */
function stateFolder(env: KeyPlaces['env']): string {
  const base = env['XDG_STATE_HOME'] ?? env['LOCALAPPDATA'] ?? join(homedir(), '.local', 'state')
  return join(base, 'mask')
}

async function readKey(file: string, { warn }: KeyPlaces): Promise<string> {
  try {
    const { mode } = await stat(file)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      warn(`Other users of this machine may read the key in ${file}. Next: chmod 600 ${file}`)
    return await readFile(file, 'utf8')
  } catch (cause) {
    const next = 'Name a file that holds the key.'
    const message = `The key file cannot be read: ${messageOf(cause)}.`
    throw new MaskError('keyMissing', message, { where: file, next, cause })
  }
}

async function createKey(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    // Another mask made one at this moment: that one is taken.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
    const next = 'Set MASK_KEY, or name a file with --key-file.'
    const message = `A key cannot be made: ${messageOf(cause)}.`
    throw new MaskError('keyMissing', message, { where: file, next, cause })
  }
}

function accountOf(text: string, where: string): LocalAccount {
  const [, digits] = /^\s*(?:0x)?([0-9a-fA-F]{64})\s*$/.exec(text) ?? []
  try {
    if (digits !== undefined) return privateKeyToAccount(`0x${digits.toLowerCase()}`)
  } catch {
    // Outside the curve's order. The library's error would repeat the key, so it is not passed on.
  }
  throw new MaskError('keyInvalid', 'The key must be 32 bytes as 64 hexadecimal digits.', {
    where,
    next: 'Check that this is a private key and not an address or a mnemonic.',
  })
}
