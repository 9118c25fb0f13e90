import type { Logger } from 'pino'
import { fromHex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { DurableRecord } from './core/records.ts'
import type { State } from './core/state.ts'
import { developmentKeysIn } from './edge/chain/development-keys.ts'
import type { Chain } from './edge/chain/chain.ts'
import { Failure } from './edge/failure.ts'
import { keyIn } from './edge/key-file.ts'
import { FolderLogFiles, type LogFiles } from './edge/log/log-files.ts'
import { Projection } from './edge/log/projection.ts'
import { PublicLog } from './edge/log/public-log.ts'
import { rulesEntryOf } from './edge/log/rules.ts'
import type { WitnessPlace } from './edge/log/witnesses.ts'
import type { LoadedRows, LogStore } from './edge/store/store.ts'

/** Opens the public log of a coordinator, and says what it will say of records. @throws {Failure} */
export async function openPublicLog(options: {
  readonly store: LogStore
  /** What the store has loaded at this start. */
  readonly rows: LoadedRows
  readonly state: State
  readonly anchors: readonly ProviderId[]
  readonly chain: Pick<Chain, 'chainId' | 'contracts'>
  /** Where the files lie, the file with the key of checkpoints, and the folder with the chain's keys. */
  readonly paths: { readonly log: string; readonly logKey: string; readonly chain: string }
  readonly witnesses: readonly WitnessPlace[]
  readonly log: Logger
  readonly onFatal: (error: unknown) => void
}): Promise<{
  readonly publicLog: PublicLog
  readonly files: LogFiles
  readonly entriesOf: (records: readonly DurableRecord[]) => Uint8Array[]
}> {
  const { store, rows, state, anchors, chain, paths, witnesses, log, onFatal } = options
  if (rows.jobs.length > 0 && (await store.logSize()) === 0)
    throw new Failure(
      'The jobs in this data directory are older than its public log, which cannot tell of them.',
      {
        next: 'Let the version that began them finish them, then start with another --data directory.',
      },
    )
  const { chainId, contracts } = chain
  const { settlement } = contracts
  const files = new FolderLogFiles(paths.log)
  const publicLog = await PublicLog.open({
    store,
    files,
    signer: { name: `mask/${chainId}/${settlement}`, secret: fromHex(await keyIn(paths.logKey)) },
    chainSecret: (await developmentKeysIn(paths.chain)).log,
    place: { chainId, settlement },
    witnesses,
    log,
    onFatal,
  })
  const rules = rulesEntryOf({ chainId, contract: settlement, anchors, policy: state.policy })
  const projection = new Projection(state.jobs, rows, rules)
  return { publicLog, files, entriesOf: (records) => projection.entriesOf(records) }
}
