import { assert } from '#protocol/assert.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import { recover } from '#coordinator/core/recover.ts'
import { step } from '#coordinator/core/step.ts'
import type { State } from '#coordinator/core/state.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { checkInvariants } from '#coordinator/core/invariants.ts'
import { SeededBeacon } from '#coordinator/edge/beacon/seeded-beacon.ts'
import { withTerms } from '#coordinator/edge/store/store.ts'
import { logNormal } from '#test/simulation/log-normal.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
import { Random } from '#test/simulation/random.ts'
import { SimulatedChain } from '#test/simulation/simulated-chain.ts'
import { Timeline } from '#test/simulation/timeline.ts'
import { Cartel } from '../cartel.ts'
import { Places } from '../mask/places.ts'
import type { Held } from '../mask/seat.ts'
import { Verdicts } from '../mask/verdicts.ts'
import { Meter } from '../meter.ts'
import type { Identity, World } from '../strategy.ts'
import { sendToChain } from './chain-link.ts'
import { Crowd } from './crowd.ts'
import { drawConditions, type Conditions } from './conditions.ts'
import type { NetworkOptions } from './network-options.ts'
import { planRequests } from './requester.ts'
import { planRounds } from './stalling-beacon.ts'
import type { Assign, Connection, Listener, TabWorld } from './tab-world.ts'
import { checkWallets, isAllSettled, noteOnce } from './wallets.ts'
import { Watch } from './watch.ts'
import { Wires } from './wires.ts'
import { planJobs, type PlannedJob } from './workload.ts'

const deviceErrorRate = 1e-4

/** One network in trouble: the real core, its store, a beacon, a chain, requesters, and hundreds of tabs. */
export class Network implements TabWorld {
  readonly timeline = new Timeline()
  readonly random: Random
  readonly world: World
  readonly meter: Meter
  readonly conditions: Conditions
  steps = 0
  fullChecks = 0
  crashes = 0
  readonly #options: NetworkOptions
  readonly #store = new MemoryStore()
  readonly #chain = new SimulatedChain()
  readonly #beacon: SeededBeacon
  readonly #jobs: readonly PlannedJob[]
  readonly #unitMs: ReadonlyMap<JobId, number>
  readonly #places: Places
  readonly #verdicts: Verdicts
  readonly #crowd: Crowd
  readonly #wires: Wires
  /** Assignments in the ledger. */
  readonly #paid = new Set<AssignmentId>()
  #state: State | undefined
  #watch: Watch | undefined
  /** Raised at each crash: what was on its way to the former coordinator is lost. */
  life = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    this.random = new Random(options.seed)
    this.conditions = drawConditions(this.random, options.slots, options.troubleHours)
    const { policy } = this.conditions
    const cartel = new Cartel()
    this.meter = new Meter(cartel)
    const { probationUnits: trustedAfter } = policy
    this.world = { random: this.random, cartel, deviceErrorRate, trustedAfter, copiesToDecide: 2 }
    this.#crowd = new Crowd(this.conditions, this.world)
    this.#wires = new Wires(this)
    this.#jobs = planJobs(this.random, this.conditions)
    this.#unitMs = new Map(this.#jobs.map(({ terms, unitMs }) => [terms.id, unitMs]))
    this.#places = new Places(this.#jobs.map(({ terms }) => terms))
    this.#verdicts = new Verdicts(this.meter, this.#places)
    this.#beacon = new SeededBeacon({ seed: options.seed, newest: 0, roundMs: policy.beaconRoundMs })
  }

  /** Lets everything happen until all jobs are settled and all pay is in the wallets. */
  run(): void {
    this.#start()
    for (const job of this.#jobs) {
      const { terms, submitMs } = job
      this.timeline.after(submitMs, () => {
        this.#chain.fund(terms.id, terms.plan.budgetWei)
      })
      planRequests(job, {
        timeline: this.timeline,
        find: (id) => this.#state?.jobs.get(id),
        tell: (event) => {
          this.handle(event)
        },
      })
    }
    this.#crowd.gather(this, this.#welcome)
    this.#planCrash()
    planRounds(this.#beacon, this)
    const { troubleMs, healingMs } = this.conditions
    while (!isAllSettled(this.#state, this.#jobs.length)) {
      assert(
        this.timeline.nowMs < troubleMs + healingMs,
        '[J2] every job comes to its end once the network has healed',
      )
      // Whether it is over can change with each moment, but is not worth a look at each.
      for (let moment = 0; moment < 5_000; moment += 1) this.timeline.advance()
    }
    this.#checkWhole()
    checkWallets(
      this.#store.loadNow().shares,
      this.#chain,
      this.#jobs.map(({ terms }) => terms),
    )
  }

  get identities(): readonly Identity[] {
    return this.#crowd.identities
  }

  /** Whether every honest provider was paid what had been announced for each of its accepted results. */
  get isHonestPayExact(): boolean {
    return this.identities.every(
      ({ strategy, paidWei, announcedWei }) => strategy.malicious || paidWei === announcedWei,
    )
  }

  get units(): number {
    return this.#places.unitCount
  }

  get providerHours(): number {
    return this.#crowd.connectedMs(this.timeline.nowMs) / 3_600_000
  }

  get breakMs(): number {
    return this.conditions.breakMs
  }

  unitMsOf(job: JobId): number {
    return this.#unitMs.get(job) ?? 0
  }

  heldOf(message: Assign, identity: Identity): Held {
    const known = this.#verdicts.held.get(message.assignment)
    const held = known ?? this.#places.heldOf(message, identity)
    this.#verdicts.held.set(held.id, held)
    if (held.task.kind === 'unit' && identity.strategy.cartel) this.world.cartel.hold(held.task.unit)
    return held
  }

  leaves(tab: Listener): boolean {
    return this.#crowd.leaves(tab)
  }

  replace(tab: Listener): void {
    this.#crowd.replace(tab, this, this.#welcome)
  }

  connect(tab: Listener): Connection | undefined {
    return this.#state && this.#wires.connect(tab)
  }

  tell(connection: Connection, event: Event): void {
    this.#wires.tell(connection, event)
  }

  breakOff(connection: Connection): void {
    this.#wires.breakOff(connection)
  }

  get isTrouble(): boolean {
    return this.timeline.nowMs < this.conditions.troubleMs
  }

  readonly #welcome = ({ identity, provider }: Listener): void => {
    this.#verdicts.providers.set(provider, identity)
    if (identity.anchor) this.#state?.anchors.add(provider)
  }

  #start(): void {
    const { durations, policy } = this.conditions
    const terms = new Map(this.#jobs.map((job) => [job.terms.id, job.terms]))
    const { state, effects } = recover(
      withTerms(this.#store.loadNow(), ({ id }) => {
        const found = terms.get(id)
        assert(found, 'the store holds jobs of this network')
        return found
      }),
      this.timeline.nowMs,
      { durations, policy, anchors: this.#crowd.anchors },
    )
    this.#state = state
    this.#checkWhole()
    this.#watch = new Watch(state)
    this.#carryOut(effects)
    const life = this.life
    void this.#beacon.start([...state.beacon.waiting.keys()], (round, value) => {
      if (life === this.life) this.handle({ kind: 'beaconPublished', round, value })
    })
    this.#tick(life)
  }

  #tick(life: number): void {
    this.timeline.after(this.conditions.tickMs, () => {
      if (life !== this.life) return
      this.handle({ kind: 'timePassed' })
      this.#tick(life)
    })
  }

  #planCrash(): void {
    this.timeline.after(logNormal(this.random, this.conditions.crashMs, 1), () => {
      if (!this.isTrouble) return
      this.#crash()
      this.#planCrash()
    })
  }

  #crash(): void {
    if (!this.#state) return
    this.#state = undefined
    this.#watch = undefined
    this.life += 1
    this.crashes += 1
    void this.#beacon.close()
    this.#wires.cut()
    this.timeline.after(logNormal(this.random, 20_000, 1), () => {
      this.#start()
    })
  }

  /** Something happens to the coordinator, if it is up. */
  handle(event: Event): void {
    const state = this.#state
    if (!state) return
    this.steps += 1
    this.#verdicts.refetching = event.kind === 'resultFetched'
    const effects = step(state, event, this.timeline.nowMs)
    this.#options.trace?.add(this.timeline.nowMs, event, effects)
    this.#options.plantedBug?.(state, event)
    this.#watch?.after(event, effects)
    if (this.steps % (this.#options.stepsPerFullCheck ?? 10_000) === 0) this.#checkWhole()
    this.#carryOut(effects)
  }

  #checkWhole(): void {
    this.fullChecks += 1
    if (this.#state) checkInvariants(this.#state)
  }

  #carryOut(effects: readonly Effect[]): void {
    const records = effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.record] : []))
    // Now and then it ends just when something was decided, after it was kept or before; nobody hears of it either way.
    const crashes =
      this.isTrouble && records.some(({ table }) => table === 'ledger') && this.random.chance(1 / 20_000)
    if (!crashes || this.random.chance(0.5)) {
      this.#store.apply(records)
      noteOnce(this.#paid, records)
      for (const record of records) this.#verdicts.read(record)
      this.#verdicts.endStep()
    }
    if (crashes) this.#crash()
    else for (const effect of effects) this.#deliver(effect)
  }

  #deliver(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        this.#wires.send(effect)
        return
      case 'disconnect':
        this.#wires.disconnect(effect.session)
        return
      case 'prepareEpoch':
      case 'attestEpoch':
      case 'postEpoch':
      case 'pushClaims':
        sendToChain(effect, this.#chain, this)
        return
      case 'fetchResult':
        this.#fetch(effect.assignment, effect.job, effect.unit)
        return
      case 'wantRound':
      case 'persist':
      case 'changed':
        return
    }
  }

  #fetch(assignment: AssignmentId, job: JobId, unit: number): void {
    const life = this.life
    this.timeline.after(5, () => {
      const result = this.#store.canonicalResultNow(job, unit)
      if (life === this.life && result) this.handle({ kind: 'resultFetched', assignment, result })
    })
  }
}
