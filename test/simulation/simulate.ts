import { assert } from '#protocol/assert.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import { recover } from '#coordinator/core/recover.ts'
import { step } from '#coordinator/core/step.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import type { Epoch, JobTerms, SessionId, State } from '#coordinator/core/state.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { checkInvariants } from '#coordinator/core/invariants.ts'
import { withTerms } from '#coordinator/edge/store/store.ts'
import { Projection } from '#coordinator/edge/log/projection.ts'
import { rulesEntryOf } from '#coordinator/edge/log/rules.ts'
import { Agent, chainId, liars, type AgentWorld, type Character } from './agent.ts'
import { defaultPolicy, type Policy } from '#coordinator/core/trust/policy.ts'
import { roundAt } from '#coordinator/edge/beacon/beacon.ts'
import { SeededBeacon } from '#coordinator/edge/beacon/seeded-beacon.ts'
import { MemoryStore } from './memory-store.ts'
import { Random } from './random.ts'
import { answerTo } from './simulated-auditors.ts'
import { SimulatedChain } from './simulated-chain.ts'
import { aJob, isTrue } from './simulated-job.ts'
import { Timeline } from './timeline.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly unitCount?: number
  /** Units are computed once and audited as a beacon says, spots included; the first agent is an anchor. */
  readonly audited?: boolean
  /** As `audited`, but every result is judged by the job's verify kernel. */
  readonly checked?: boolean
  readonly characters?: readonly Character[]
  /** Faults stop after this much virtual time, so that every run can come to its end. */
  readonly faultsMs?: number
  /** Keeps the public log, whose entries are then in the report. */
  readonly recorded?: boolean
  /** Deliberate mistakes, to see that the simulator notices: it must turn red with any of them. */
  readonly plantedBug?: 'sendBeforeCommit' | 'payTwice' | 'acceptOne'
}

export interface SimulationReport {
  readonly seed: number
  readonly units: number
  readonly accepted: number
  readonly failed: number
  readonly assignments: number
  readonly disputes: number
  readonly refused: number
  readonly crashes: number
  readonly wrongResults: number
  readonly events: number
  readonly virtualSeconds: number
  readonly paidWei: bigint
  /** The public log's entries, where it was kept. */
  readonly log: readonly Uint8Array[]
}

const defaultCharacters: readonly Character[] = [
  'honest',
  'honest',
  'honest',
  'slow',
  'vanishing',
  'garbage',
  'zeros',
  'nan',
  'stale',
  'mute',
]

/** The settlement contract of the simulated chain. */
export const settlement = `0x${'5e'.repeat(20)}` as const

/** Believes whatever comes: a planted mistake. */
const trustful: Policy = { ...defaultPolicy, auditRateUnspotted: 0, probationUnits: 0, checksToEarn: 0 }

/** Runs one job through the real core, in virtual time, with agents, crashes and a chain that fails now and then. */
export function simulate(options: SimulationOptions): SimulationReport {
  const simulation = new Simulation(options)
  return simulation.run()
}

class Simulation implements AgentWorld {
  readonly timeline = new Timeline()
  readonly random: Random
  readonly signs: boolean
  readonly #options: SimulationOptions
  readonly #store = new MemoryStore()
  readonly #chain = new SimulatedChain()
  readonly #terms: JobTerms
  readonly #agents: Agent[]
  readonly #beacon: SeededBeacon
  readonly #policy: Policy
  readonly #sessions = new Map<SessionId, Agent>()
  #state: State | undefined
  #projection: Projection | undefined
  /** Raised at each crash: what was on its way to the former coordinator is lost. */
  #life = 0
  #crashes = 0
  #events = 0
  #lastSession = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.random = new Random(options.seed)
    this.signs = options.recorded ?? false
    this.#terms = aJob(this.random, {
      unitCount: options.unitCount ?? 40,
      quorum: options.audited || options.checked || options.plantedBug === 'acceptOne' ? 1 : 2,
      spottable: options.audited ?? false,
      checked: options.checked ?? false,
    })
    this.#agents = (options.characters ?? defaultCharacters).map((character) => new Agent(this, character))
    this.#beacon = new SeededBeacon({ seed: options.seed, newest: 0, roundMs: defaultPolicy.beaconRoundMs })
    this.#policy = options.plantedBug === 'acceptOne' ? trustful : defaultPolicy
  }

  run(): SimulationReport {
    this.#start()
    this.#chain.fund(this.#terms.id, this.#terms.plan.budgetWei)
    this.#request()
    for (const agent of this.#agents)
      this.timeline.after(this.random.between(0, 5_000), () => {
        agent.join()
      })
    this.#planCrash()
    this.#planRounds()
    for (let moments = 0; !this.#isOver(); moments += 1) {
      assert(moments < 3_000_000, '[J2] every job comes to its end once the faults have stopped')
      assert(this.timeline.advance(), 'something is always planned')
    }
    return this.#report()
  }

  connect(agent: Agent): SessionId | undefined {
    if (!this.#state) return undefined
    this.#lastSession += 1
    const session = `session-${this.#lastSession}`
    this.#sessions.set(session, agent)
    return session
  }

  tell(session: SessionId, event: Event): void {
    const life = this.#life
    this.timeline.after(20, () => {
      if (life === this.#life && this.#sessions.has(session)) this.#handle(event)
    })
  }

  vanish(session: SessionId): void {
    this.#sessions.delete(session)
    const life = this.#life
    // Sometimes the closing is seen, sometimes a sign of it, and sometimes silence must do.
    const chance = this.random.unit()
    if (chance < 0.4) return
    this.timeline.after(this.random.between(0, 2_000), () => {
      if (life === this.#life)
        this.#handle({ kind: chance < 0.7 ? 'sessionEnded' : 'providerSuspected', session })
    })
  }

  /** The requester submits until the job is known, and the watch on the escrow reports its funds until it runs. */
  #request(): void {
    const phase = this.#state?.jobs.get(this.#terms.id)?.phase
    if (phase === undefined) this.#handle({ kind: 'jobSubmitted', terms: this.#terms })
    if (phase === 'awaitingFunds')
      this.#handle({ kind: 'jobFunded', job: this.#terms.id, fundedWei: this.#terms.plan.budgetWei })
    this.timeline.after(1_000, () => {
      this.#request()
    })
  }

  #start(): void {
    const rows = this.#store.loadNow()
    const anchors =
      this.#options.audited || this.#options.checked
        ? this.#agents.slice(0, 1).map(({ provider }) => provider)
        : []
    const { state, effects } = recover(
      withTerms(rows, () => this.#terms),
      this.timeline.nowMs,
      { durations: defaultDurations, policy: this.#policy, anchors },
    )
    this.#state = state
    if (this.#options.recorded)
      this.#projection = new Projection(
        state.jobs,
        rows,
        rulesEntryOf({ chainId, contract: settlement, anchors, policy: this.#policy }),
      )
    checkInvariants(state)
    this.#carryOut(effects)
    const life = this.#life
    void this.#beacon.start([...state.beacon.waiting.keys()], (round, value) => {
      if (life === this.#life) this.#handle({ kind: 'beaconPublished', round, value })
    })
    this.#tick(this.#life)
  }

  #planRounds(): void {
    this.timeline.after(this.#beacon.roundMs, () => {
      this.#beacon.reach(roundAt({ unixMs: this.timeline.nowMs, roundMs: this.#beacon.roundMs }))
      this.#planRounds()
    })
  }

  #tick(life: number): void {
    this.timeline.after(250, () => {
      if (life !== this.#life) return
      this.#handle({ kind: 'timePassed' })
      this.#tick(life)
    })
  }

  #handle(event: Event): void {
    const state = this.#state
    if (!state) return
    this.#events += 1
    const effects = step(state, event, this.timeline.nowMs)
    if (this.#options.plantedBug === 'payTwice' && event.kind === 'resultRevealed')
      state.accounts.forEach((account) => (account.earnedWei += 1n))
    checkInvariants(state)
    this.#carryOut(effects)
  }

  #carryOut(effects: readonly Effect[]): void {
    // Crashes love the moments that matter: one in thirty verdicts meets one.
    const decides = effects.some((effect) => effect.kind === 'persist' && effect.record.table === 'ledger')
    const crashesHere = this.#faulty() && this.random.chance(decides ? 1 / 30 : 1 / 3_000)
    const early = this.#options.plantedBug === 'sendBeforeCommit'
    if (early) this.#deliver(effects, 0)
    // A commit may fail, or fail after it became durable: in both cases nobody hears of it.
    if (!crashesHere || this.random.chance(0.5)) {
      const records = effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.record] : []))
      this.#store.apply(records, records.length > 0 ? this.#projection?.entriesOf(records) : undefined)
    }
    if (crashesHere) this.#crash()
    else if (!early) this.#deliver(effects, 20)
  }

  #deliver(effects: readonly Effect[], delayMs: number): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send': {
          const agent = this.#sessions.get(effect.session)
          const hear = () => {
            if (agent?.session === effect.session) agent.hear(effect.message, effect.payload)
          }
          if (delayMs === 0) hear()
          else this.timeline.after(delayMs, hear)
          break
        }
        case 'disconnect': {
          const agent = this.#sessions.get(effect.session)
          this.#sessions.delete(effect.session)
          if (agent?.session === effect.session) agent.dropped()
          break
        }
        case 'prepareEpoch':
          this.#onChain(() => answerTo(effect))
          break
        case 'attestEpoch':
          this.#onChain(() =>
            this.#faulty() && this.random.chance(0.1) ? stopped(effect.epoch) : answerTo(effect),
          )
          break
        case 'postEpoch':
          this.#onChain(() => this.#post(effect.epoch))
          break
        case 'pushClaims':
          this.#onChain(() => {
            for (const { provider, cumulativeWei } of effect.claims)
              this.#chain.claim(provider, cumulativeWei)
            return { kind: 'claimsPaid', paid: effect.claims, transaction: undefined }
          })
          break
        case 'fetchResult':
          this.#fetch(effect.assignment, effect.job, effect.unit)
          break
        case 'wantRound':
        case 'persist':
        case 'changed':
          break
      }
    }
  }

  /** A proposal may wait, be vetoed, or take effect at once. */
  #post(epoch: Epoch): Event {
    const { number } = epoch
    const chance = this.#faulty() ? this.random.unit() : 1
    if (this.#chain.isStopped(epoch)) return stopped(epoch)
    if (chance < 0.2)
      return { kind: 'epochPending', epoch: number, activatesAtMs: this.timeline.nowMs + 5_000 }
    if (chance < 0.3 && this.#chain.epoch < number) this.#chain.veto(epoch)
    return this.#chain.post(epoch)
      ? { kind: 'epochPosted', epoch: number, transaction: undefined }
      : stopped(epoch)
  }

  #fetch(assignment: AssignmentId, job: JobId, unit: number): void {
    const life = this.#life
    this.timeline.after(5, () => {
      const result = this.#store.canonicalResultNow(job, unit)
      if (life === this.#life && result) this.#handle({ kind: 'resultFetched', assignment, result })
    })
  }

  /** A transaction: it may fail before or after it took effect, and its coordinator may be gone when it is done. */
  #onChain(send: () => Event | undefined): void {
    const life = this.#life
    this.timeline.after(this.random.between(50, 3_000), () => {
      const failure = this.#faulty() ? this.random.unit() : 1
      const event = failure < 0.1 ? undefined : send()
      // A transaction of a former life may come too late; the contract reverts it and nothing has changed.
      if (life !== this.#life) return
      this.#handle(
        event === undefined || failure < 0.2 ? { kind: 'chainFailed', reason: 'simulated' } : event,
      )
    })
  }

  #planCrash(): void {
    this.timeline.after(this.random.between(5_000, 120_000), () => {
      if (!this.#faulty()) return
      this.#crash()
      this.#planCrash()
    })
  }

  #crash(): void {
    if (!this.#state) return
    this.#state = undefined
    this.#life += 1
    this.#crashes += 1
    void this.#beacon.close()
    for (const agent of new Set(this.#sessions.values())) agent.dropped()
    this.#sessions.clear()
    this.timeline.after(this.random.between(200, 5_000), () => {
      this.#start()
    })
  }

  #faulty(): boolean {
    return this.timeline.nowMs < (this.#options.faultsMs ?? 300_000)
  }

  #isOver(): boolean {
    const state = this.#state
    const job = state?.jobs.get(this.#terms.id)
    return (
      state?.chainWork.kind === 'none' &&
      job?.phase === 'settled' &&
      [...state.accounts.values()].every((account) => account.claimedWei === account.earnedWei)
    )
  }

  #report(): SimulationReport {
    const job = this.#state?.jobs.get(this.#terms.id)
    assert(job && this.#state, 'a finished run has its job')
    const decided = this.#store.loadNow().units
    assert(decided.length === job.terms.plan.unitCount, '[J2] every unit is decided in the store')
    let wrongResults = 0
    for (const row of decided) {
      if (row.verdict === 'failed') continue
      const result = this.#store.canonicalResultNow(job.terms.id, row.unit)
      assert(result, '[D1] the canonical result of an accepted unit is kept')
      if (!isTrue(job.terms.id, row.unit, result)) wrongResults += 1
    }
    this.#checkPay(job.counts.accepted)
    return {
      seed: this.#options.seed,
      units: job.terms.plan.unitCount,
      accepted: job.counts.accepted,
      failed: job.counts.failed,
      assignments: job.assignmentCount,
      disputes: job.disputeCount,
      refused: job.refusedCount,
      crashes: this.#crashes,
      wrongResults,
      events: this.#events,
      virtualSeconds: Math.round(this.timeline.nowMs / 1_000),
      log: this.#store.log,
      paidWei: [...this.#chain.claimed.values()].reduce((sum, wei) => sum + wei, 0n),
    }
  }

  /** [M5] The wallets hold exactly the price of what was accepted, and liars nothing. */
  #checkPay(accepted: number): void {
    const { plan, id } = this.#terms
    const charged = this.#chain.charged.get(id) ?? 0n
    const ledger = this.#store.loadNow().shares
    assert(
      charged === ledger.reduce((sum, { earnedWei }) => sum + earnedWei, 0n),
      '[M1] the escrow paid what the accepted results have earned',
    )
    assert(
      plan.quorum === 1 || charged === plan.unitPriceWei * BigInt(accepted),
      '[M1] the escrow paid the price of each accepted unit',
    )
    assert(
      (this.#chain.refunded.get(id) ?? 0n) === plan.budgetWei - charged,
      '[M6] the rest went back to the requester',
    )
    for (const { provider, accepted: units, earnedWei } of ledger) {
      assert(
        (this.#chain.claimed.get(provider) ?? 0n) === earnedWei,
        '[M5] a wallet holds what its provider has earned',
      )
      assert(
        plan.quorum === 1 || earnedWei === plan.unitPayWei * BigInt(units),
        '[M5] a provider has earned pay × accepted units',
      )
    }
    for (const agent of this.#agents)
      for (const unit of agent.acceptedUnits)
        assert(
          this.#store.isPaid(id, unit, agent.provider),
          '[D2] an acceptance that was announced is never lost',
        )
    // Who calls everything good is mostly right: in a checked job liars earn something by their words.
    if (this.#options.characters || this.#options.checked || this.#options.plantedBug === 'acceptOne') return
    for (const agent of this.#agents)
      if (liars.includes(agent.character) && agent.character !== 'stale')
        assert(!this.#chain.claimed.has(agent.provider), '[Q4] a lone liar earns nothing')
  }
}

function stopped({ number }: Epoch): Event {
  return { kind: 'epochStopped', epoch: number, reason: 'simulated' }
}
