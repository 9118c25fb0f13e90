import type {
  FaucetView,
  JobEvent,
  JobRequest,
  JobView,
  NetworkView,
  ProviderView,
  TicketView,
} from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { Blobs } from '../blobs/blobs.ts'

/** What the HTTP API stands on. Methods throw a `Refusal` for what they turn away. */
export interface HttpServices {
  readonly blobs: Blobs
  network(): NetworkView
  mintTicket(): TicketView
  /** Settles once the job is durable. */
  submitJob(request: JobRequest): Promise<JobView>
  jobs(): JobView[]
  job(id: JobId): JobView
  /** The state of all units now, then the changes; returns what ends the watch. */
  watchJob(id: JobId, listener: (units: ReadonlySet<number>) => void): () => void
  snapshot(id: JobId): JobEvent
  changes(id: JobId, units: Iterable<number>): JobEvent
  result(job: JobId, unit: number): Promise<Uint8Array | undefined>
  provider(id: ProviderId): ProviderView
  /** Absent on networks whose coins are worth something. */
  faucet?: (address: Hex) => Promise<FaucetView>
  relayRpc(request: unknown): Promise<unknown>
}
