import { sessionKeyOf, type SessionKey } from '#protocol/session-key.ts'
import type { Database } from './database.ts'

const keyName = 'session'

/** This browser's session key: made on the first start, the same ever after. */
export async function loadSessionKey(database: Database): Promise<SessionKey> {
  const fresh = crypto.getRandomValues(new Uint8Array(32))
  // One transaction: two tabs that start together must not end up with two keys.
  const change = database.transaction('identity', 'readwrite')
  const known = await change.store.get(keyName)
  if (!known) await change.store.put(fresh, keyName)
  await change.done
  return sessionKeyOf(known ?? fresh)
}
