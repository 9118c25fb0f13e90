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
import type {
  SignInNonce,
  SignInRequest,
  SignInView,
  WalletLinkRequest,
  WalletLinkView,
  WalletSettings,
} from '#protocol/wallet-api.ts'
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
  provider(id: ProviderId): Promise<ProviderView>
  /** Looks at the chain how far an account has been paid; settles once that is durable. */
  lookForClaims(id: ProviderId): Promise<ProviderView>
  readonly wallet: WalletServices
  /** Absent on networks whose coins are worth something. */
  faucet?: (address: Hex) => Promise<FaucetView>
  relayRpc(request: unknown): Promise<unknown>
}

/** What `/api/v1/wallet` stands on. */
export interface WalletServices {
  settings(): WalletSettings
  mintNonce(): SignInNonce
  /** `host`: the name under which the browser reached us. */
  signIn(request: SignInRequest, host: string): Promise<SignInView>
  signOut(token: string | undefined): void
  walletOf(token: string | undefined): Hex
  view(sessionKey: ProviderId): WalletLinkView
  keysOf(wallet: Hex): ProviderId[]
  /** Settles once the link is durable. */
  link(request: WalletLinkRequest): Promise<WalletLinkView>
}
