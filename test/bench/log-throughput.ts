import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FolderLogFiles } from '#coordinator/edge/log/log-files.ts'
import { LogPublisher } from '#coordinator/edge/log/log-publisher.ts'
import { replayEntry } from '#protocol/log/replay/replay.ts'
import { newReplay } from '#protocol/log/replay/state.ts'
import { aFolder, openStoreIn } from '#test/compliance/temporary-store.ts'
import { simulate } from '#test/simulation/simulate.ts'

/** How fast the public log grows and is replayed, on this machine. */
export interface LogFigures {
  readonly entries: number
  readonly bytesPerEntry: number
  /** Entries a second: made durable in batches, and published (tiles, bundles, signed head, checkpoint) after each. */
  readonly appendedPerSecond: number
  /** Entries a second that an auditor replays on one core, signatures included. */
  readonly auditedPerSecond: number
}

const entriesPerBatch = 64

/** Measures on the log of a simulated network. */
export async function measureLog(tell: (line: string) => void, unitCount = 1_000): Promise<LogFigures> {
  tell(`A simulated network computes ${unitCount} units`)
  const { log } = simulate({
    seed: 1,
    unitCount,
    recorded: true,
    characters: Array.from({ length: 8 }, () => 'honest'),
  })
  tell(`${log.length} entries are appended and published`)
  const appendMs = await appendMsOf(log)
  tell('They are replayed')
  const replay = newReplay()
  const beginMs = performance.now()
  for (const entry of log) replayEntry(replay, entry)
  const auditMs = performance.now() - beginMs
  return {
    entries: log.length,
    bytesPerEntry: log.reduce((sum, { length }) => sum + length, 0) / log.length,
    appendedPerSecond: (1_000 * log.length) / appendMs,
    auditedPerSecond: (1_000 * log.length) / auditMs,
  }
}

async function appendMsOf(log: readonly Uint8Array[]): Promise<number> {
  const folder = await aFolder()
  const store = openStoreIn(folder)
  try {
    const signer = { name: 'mask/bench', secret: new Uint8Array(32).fill(1) }
    const files = new FolderLogFiles(join(folder, 'log'))
    const publisher = await LogPublisher.open({ store, files, signer })
    const beginMs = performance.now()
    for (let first = 0; first < log.length; first += entriesPerBatch) {
      await store.commit([], log.slice(first, first + entriesPerBatch))
      await publisher.publish()
    }
    return performance.now() - beginMs
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}
