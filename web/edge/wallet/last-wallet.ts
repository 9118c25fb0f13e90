import * as v from 'valibot'
import { openDatabase } from '../database.ts'

const schema = v.strictObject({ kind: v.picklist(['injected', 'walletConnect']), id: v.string() })

/** The wallet that was connected last, so that it is found again without a question. */
export type LastWallet = v.InferOutput<typeof schema>

/** Undefined when there is none, and when nothing can be read. */
export async function readLastWallet(): Promise<LastWallet | undefined> {
  return withDatabase(async (database) => {
    const parsed = v.safeParse(schema, await database.get('wallet', 'last'))
    return parsed.success ? parsed.output : undefined
  })
}

/** Keeps it, or forgets it. A browser that keeps nothing asks again the next time. */
export async function keepLastWallet(wallet: LastWallet | undefined): Promise<void> {
  await withDatabase(async (database) => {
    if (wallet) await database.put('wallet', { kind: wallet.kind, id: wallet.id }, 'last')
    else await database.delete('wallet', 'last')
  })
}

async function withDatabase<Value>(
  use: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<Value>,
): Promise<Value | undefined> {
  try {
    const database = await openDatabase()
    try {
      return await use(database)
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}
