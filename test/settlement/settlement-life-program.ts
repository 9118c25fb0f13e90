import { join } from 'node:path'
import { assert } from '#protocol/assert.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { maskToken, settlement as settlementContract } from '#contracts/artifacts.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { recover } from '#coordinator/core/recover.ts'
import type { State } from '#coordinator/core/state.ts'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { developmentChainId, startDevelopmentChain } from '#coordinator/edge/chain/development-chain.ts'
import { SystemClock } from '#coordinator/edge/clock.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { SqliteStore } from '#coordinator/edge/store/sqlite-store.ts'
import { withTerms } from '#coordinator/edge/store/store.ts'
import { EventLoop } from '#coordinator/event-loop.ts'
import { openSettlement } from '#coordinator/open-settlement.ts'
import { providerOf, resultOf } from '../coordinator/core/a-world.ts'
import { anOffer } from '../network/an-offer.ts'
import { fundSmallJob, readerOf, smallJob } from './fund-small-job.ts'
import { KillSwitch, type Kill } from './kill-switch.ts'
import type { LifeReport } from './settlement-life.ts'

/**
 * One life of a coordinator that does nothing but settle: real core, store, event loop, worker thread, auditor, chain. Two
 * providers without a network agree on one more unit of a job; then it settles all that is owed and ends. It, or its
 * chain, may be killed at a step. Usage: node settlement-life-program.ts <folder> [<victim> <step>]
 */
const [folder = '', victim, step] = process.argv.slice(2)
const kill = victim === undefined ? undefined : { victim: victim as Kill['victim'], step: Number(step) }
const providers = ['A', 'B']
const nonce = `0x${'0e'.repeat(32)}` as const
const clock = new SystemClock()
const log = createLog('silent')

const chain = await startDevelopmentChain(join(folder, 'chain'), () => process.exit(3))
const store = SqliteStore.open(join(folder, 'mask.sqlite'), new FileBlobs(join(folder, 'blobs')))
const { state, effects } = recover(
  withTerms(await store.load(), () => smallJob),
  clock.nowMs(),
  { durations: { ...defaultDurations, epochMs: 1, chainRetryMs: 50, coolDownMs: 0 } },
)
const killSwitch = new KillSwitch(kill)
killSwitch.watchStore(store)
const post = (event: Event) => {
  killSwitch.step()
  loop.post(event)
}
const { desk } = await openSettlement({ chain, folder: join(folder, 'chain'), state, post, log })
const given = new Map<string, string>()
const loop: EventLoop = new EventLoop({
  state,
  store,
  clock,
  onFatal: (error) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(4)
  },
  perform: (batch) => {
    batch.forEach(perform)
  },
})

if (state.jobs.size === 0) {
  await fundSmallJob(chain, smallJob)
  await loop.handled({ kind: 'jobSubmitted', terms: smallJob })
  const { fundedWei } = await chain.funding(smallJob.id)
  await loop.handled({ kind: 'jobFunded', job: smallJob.id, fundedWei })
}
killSwitch.watchCalls()
await loop.adopt(effects)
const tick = setInterval(() => {
  for (const session of providers) loop.post({ kind: 'providerHeard', session })
  loop.post({ kind: 'timePassed' })
}, 10)
await acceptOneUnit()
process.send?.({ kind: 'accepted' })
const settled = setInterval(() => {
  if (isSettled(state)) void end()
}, 10)

function perform(effect: Effect): void {
  if (effect.kind === 'send' && effect.message.type === 'assign')
    given.set(effect.session, effect.message.assignment)
  if (
    effect.kind === 'prepareEpoch' ||
    effect.kind === 'attestEpoch' ||
    effect.kind === 'postEpoch' ||
    effect.kind === 'pushClaims'
  ) {
    killSwitch.step()
    desk.perform(effect)
  }
}

/** Both providers come, get one unit and agree on it; settles once that is durable. */
async function acceptOneUnit(): Promise<void> {
  for (const session of providers) {
    const provider = providerOf(session)
    await loop.handled({ kind: 'providerJoined', session, provider, capacity: 1, offer: anOffer() })
  }
  const units = providers.map((session) => ({ session, assignment: given.get(session) ?? '' }))
  for (const { session, assignment } of units) {
    const commitment = commitmentOf({
      chainId: developmentChainId,
      job: smallJob.id,
      unit: Number(assignment.split('/')[1]),
      provider: providerOf(session),
      resultDigest: resultDigestOf(resultOf(1)),
      nonce,
    })
    await loop.handled({ kind: 'resultCommitted', session, assignment, commitment })
  }
  for (const { session, assignment } of units)
    await loop.handled({
      ...{ kind: 'resultRevealed', session, assignment, nonce, result: resultOf(1) },
      chainId: developmentChainId,
    })
}

function isSettled({ chainWork, accounts, jobs }: State): boolean {
  return (
    chainWork.kind === 'none' &&
    [...accounts.values()].every(({ claimedWei, earnedWei }) => claimedWei === earnedWei) &&
    [...jobs.values()].every(({ chargedWei, settledChargeWei }) => chargedWei === settledChargeWei)
  )
}

async function end(): Promise<void> {
  clearInterval(settled)
  clearInterval(tick)
  const reader = readerOf(chain)
  const { token, settlement } = chain.contracts
  const balances = await Promise.all(
    providers.map((name) =>
      reader.readContract({
        address: token,
        abi: maskToken.abi,
        functionName: 'balanceOf',
        args: [providerOf(name)],
      }),
    ),
  )
  const totals = await Promise.all(
    (['totalClaimed', 'totalEarned', 'totalCharged'] as const).map((functionName) =>
      reader.readContract({ address: settlement, abi: settlementContract.abi, functionName }),
    ),
  )
  const job = state.jobs.get(smallJob.id)
  assert(job, 'the job is known')
  const report: LifeReport = {
    kind: 'settled',
    steps: killSwitch.steps,
    accepted: job.counts.accepted,
    balances: balances.map(String),
    totals: totals.map(String),
    epochs: state.epochNumber,
  }
  process.send?.(report, () => process.exit(0))
}
