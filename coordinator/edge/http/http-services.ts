import type {
  Bid,
  FaucetView,
  JobControlRequest,
  JobEvent,
  JobRequest,
  JobView,
  MarketView,
  NetworkView,
  ProviderView,
  TicketView,
  Verification,
} from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { Blobs } from '../blobs/blobs.ts'

/** A result as far as it is known, and whether it is final. */
export interface UnitAnswer {
  readonly bytes: Uint8Array
  readonly verification: Verification
}

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
  /** Settles once what the requester signed is durable; refuses another's signature and an old one. */
  controlJob(id: JobId, request: JobControlRequest): Promise<JobView>
  result(job: JobId, unit: number): Promise<UnitAnswer | undefined>
  market(bid: Bid | undefined): MarketView
  provider(id: ProviderId): ProviderView
  /** Absent on networks whose coins are worth something. */
  faucet?: (address: Hex) => Promise<FaucetView>
  relayRpc(request: unknown): Promise<unknown>
}
