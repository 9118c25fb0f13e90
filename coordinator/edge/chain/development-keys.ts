import { join } from 'node:path'
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts'
import { fromHex } from '#protocol/bytes.ts'
import { keyIn } from '../key-file.ts'

/** The keys of a development network: random, of mode 0600, in the chain's folder, and of use on that chain only. */
export interface DevelopmentKeys {
  /** Mints, gives coins away and sends the coordinator's transactions. */
  readonly operator: PrivateKeyAccount
  /** 32 secret bytes each, for `protocol/session-key.ts`. */
  readonly auditor: Uint8Array
  /** Signs the log's heads and receipts in the form that the contracts check. */
  readonly log: Uint8Array
}

/** Reads them, or makes what is missing. The folder must exist. @throws {Failure} for a file that holds something else */
export async function developmentKeysIn(folder: string): Promise<DevelopmentKeys> {
  return {
    operator: privateKeyToAccount(await keyIn(join(folder, 'operator.key'))),
    auditor: fromHex(await keyIn(join(folder, 'auditor.key'))),
    log: fromHex(await keyIn(join(folder, 'log.key'))),
  }
}
