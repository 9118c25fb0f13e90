import type { Logger } from 'pino'
import type { State } from './core/state.ts'
import type { Event } from './core/events.ts'
import type { Chain } from './edge/chain/chain.ts'
import type { Clock } from './edge/clock.ts'
import type { EventLoop } from './event-loop.ts'

const fundingLookMs = 1_000

/** Providers need this long between the last unit and the moment the requester may take the budget back. */
const settlingMsMin = 24 * 3_600_000

/** Looks up, for each job that waits for funds, what the escrow holds; the answer is an event like any other. */
export async function lookForFunds(
  state: State,
  chain: Chain,
  clock: Clock,
  post: (event: Event) => void,
  log: Logger,
): Promise<void> {
  for (const job of [...state.jobs.values()]) {
    if (job.phase !== 'awaitingFunds') continue
    const { fundedWei, refundableAtSeconds } = await chain.funding(job.terms.id)
    if (fundedWei < job.terms.plan.costWei) continue
    if (Number(refundableAtSeconds) * 1_000 < clock.nowMs() + settlingMsMin) {
      log.warn({ job: job.terms.id }, 'the budget could be taken back too soon; the job stays unfunded')
      continue
    }
    post({ kind: 'jobFunded', job: job.terms.id, fundedWei })
  }
}

/** Looks for funds again and again, one look at a time; returns what ends it. */
export function watchFunds(
  state: State,
  chain: Chain,
  clock: Clock,
  loop: Pick<EventLoop, 'post'>,
  log: Logger,
): () => Promise<void> {
  let ended = false
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    await lookForFunds(
      state,
      chain,
      clock,
      (event) => {
        loop.post(event)
      },
      log,
    ).catch((error: unknown) => {
      log.warn({ error }, 'the escrow could not be read; it is tried again')
    })
    if (!ended) timer = setTimeout(() => void look(), fundingLookMs)
  }
  void look()
  return () => {
    ended = true
    clearTimeout(timer)
    return Promise.resolve()
  }
}
