import type { Logger } from 'pino'
import { fromHex, type Hex } from '#protocol/bytes.ts'
import { sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import type { Event } from './core/events.ts'
import type { Blobs } from './edge/blobs/blobs.ts'
import { keyIn } from './edge/key-file.ts'
import { ReferenceRunner } from './edge/reference-runner.ts'
import { ReferenceWorker } from './edge/reference-worker.ts'

/** The reference worker of a coordinator, under the key kept in a file; it joins when it is started. @throws {Failure} */
export async function openReferenceWorker(options: {
  readonly keyFile: string
  readonly blobs: Pick<Blobs, 'get'>
  readonly chainId: number
  readonly post: (event: Event) => void
  readonly log: Logger
}): Promise<ReferenceWorker> {
  const { keyFile, blobs, chainId, post, log } = options
  const key = sessionKeyOf(fromHex(await keyIn(keyFile)))
  const sign = (commitment: Hex) => signDigest(key, commitment)
  const { provider } = key
  return new ReferenceWorker({ provider, chainId, sign, post, log, runner: new ReferenceRunner({ blobs }) })
}
