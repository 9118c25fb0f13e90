import type { Hex } from '#protocol/bytes.ts'
import type { Offer } from '#protocol/offer.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import type { Runner } from '#runner/runner.ts'
import type { CurrentJob, UnitNews } from '#web/core/contributor-view.ts'
import type { JobLibrary } from './job-library.ts'
import type { ProviderView } from './provider-api.ts'

/** What a provider's loop acts upon. */
export interface ProviderSurroundings {
  readonly key: SessionKey
  readonly lanes: number
  readonly adapter: string
  readonly jobs: Pick<JobLibrary, 'load'>
  readonly runner: Pick<Runner, 'describe' | 'run' | 'runSpots' | 'pause' | 'resume' | 'usage' | 'close'>
  /** What this device has and its contributor wants; measured where that is not known. @throws {RunnerError} */
  makeOffer(): Promise<Offer>
  /** Asks the page for a link; `attachLink` or `linkFailed` answers. */
  openLink(link: number): void
  /** Lets the page tear down what carried the link. */
  closeLink(link: number): void
  showView(view: ProviderView): void
  showJob(job: CurrentJob): void
  showUnit(news: UnitNews): void
  /** A mistake of ours: the worker must be started anew. */
  crash(error: unknown): void
  nowMs(): number
  /** From 0 (inclusive) to 1 (exclusive). */
  random(): number
  /** 32 fresh random bytes. */
  nonce(): Hex
}
