import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LocalNetwork } from './local-network.ts'

/** One assignment, as the coordinator's database has it. */
export interface Attempt {
  readonly unit: number
  readonly provider: string
  readonly state: string
  readonly reason: string | null
  readonly leased_at_ms: number
}

/** All attempts at units in their order, of all jobs. The coordinator must have been stopped. */
export function readAttempts(network: LocalNetwork): Attempt[] {
  const path = join(network.folder, 'data', 'mask.sqlite')
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare('SELECT unit, provider, state, reason, leased_at_ms FROM assignments ORDER BY sequence')
      .all() as unknown as Attempt[]
  } finally {
    database.close()
  }
}
