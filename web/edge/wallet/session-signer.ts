import type { Hex } from '#protocol/bytes.ts'
import type { WalletLink } from '#protocol/wallet-link.ts'
import { WorkerClient } from '../worker-client.ts'
import { WalletError } from './wallet.ts'

/** What the worker with the key does. */
export interface SessionSigner {
  /** The session key's signature under a link of its own; undefined when it is about another key. */
  sign(link: WalletLink): Promise<Hex | undefined>
}

/**
 * The session key's signature under a link. The key stays in a worker made for this one signature: page and wallet code
 * never see it, and it signs links only.
 *
 * @throws {WalletError} `keyUnavailable`
 */
export async function signWithSessionKey(link: WalletLink): Promise<Hex> {
  const worker = new Worker(new URL('./session-signer-worker.ts', import.meta.url), {
    type: 'module',
    name: 'mask signer',
  })
  const client = new WorkerClient<SessionSigner>(worker, () => undefined)
  try {
    const signature = await client.call((remote) => remote.sign(link))
    if (signature === undefined)
      throw new WalletError('keyUnavailable', 'This browser’s key is another one by now.')
    return signature
  } catch (error) {
    if (error instanceof WalletError) throw error
    throw new WalletError('keyUnavailable', 'This browser’s key could not be read.', error)
  } finally {
    client.end()
  }
}
