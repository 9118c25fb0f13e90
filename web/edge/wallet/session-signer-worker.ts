/** The worker's entry in which the session key signs where its pay goes. It lives for one signature. */
import { expose } from 'comlink'
import { signDigest } from '#protocol/session-key.ts'
import { walletLinkDigest } from '#protocol/wallet-link.ts'
import { openDatabase } from '../database.ts'
import { loadSessionKey } from '../identity.ts'
import type { SessionSigner } from './session-signer.ts'

const api: SessionSigner = {
  async sign(link) {
    const database = await openDatabase()
    try {
      const key = await loadSessionKey(database)
      return key.provider === link.sessionKey ? signDigest(key, walletLinkDigest(link)) : undefined
    } finally {
      database.close()
    }
  },
}

expose(api)
