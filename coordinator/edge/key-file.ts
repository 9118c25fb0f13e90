import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { generatePrivateKey } from 'viem/accounts'
import type { Hex } from '#protocol/bytes.ts'
import { digestSchema } from '#protocol/ids.ts'
import { writeFileDurably } from './durable-file.ts'
import { Failure, systemCodeOf } from './failure.ts'

/**
 * The 32 secret bytes kept in a file (mode 0600), made at random where there is none yet.
 *
 * @throws {Failure} for a file that holds something else.
 */
export async function keyIn(path: string): Promise<Hex> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) {
    const parsed = v.safeParse(digestSchema, text.trim())
    if (parsed.success) return parsed.output
    throw new Failure(`${path} holds no key.`, {
      next: 'Restore it from a backup, or start with another --data directory.',
    })
  }
  const key = generatePrivateKey()
  await writeFileDurably(path, `${key}\n`)
  return key
}
