import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assert } from '#protocol/assert.ts'
import { toHex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { resultPartsOf, unitSpanOf, planJob } from '#protocol/job-plan.ts'
import { encodeJobSpec } from '#protocol/job-spec.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import { sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import { emptyState, type JobTerms, type SessionId, type State } from '#coordinator/core/state.ts'
import { defaultPolicy } from '#coordinator/core/trust/policy.ts'
import { roundAt } from '#coordinator/edge/beacon/beacon.ts'
import { SeededBeacon } from '#coordinator/edge/beacon/seeded-beacon.ts'
import { SystemClock } from '#coordinator/edge/clock.ts'
import { keyIn } from '#coordinator/edge/key-file.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { ReferenceRunner } from '#coordinator/edge/reference-runner.ts'
import { ReferenceWorker } from '#coordinator/edge/reference-worker.ts'
import { EventLoop } from '#coordinator/event-loop.ts'
import { kernelDoing, received, SomeBlobs, someNumbers, type SentJob } from '#test/admission/a-job.ts'
import { aFolder } from '#test/compliance/temporary-store.ts'
import { aJob, providerOf } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'

const chainId = 31_337
const log = createLog('silent')
type Assign = Extract<FromCoordinator, { type: 'assign' }>
type Verdict = Extract<FromCoordinator, { type: 'verdict' }>

/** A coordinator without a network: providers that the test plays, and the reference worker as the only anchor. */
class SmallCoordinator {
  readonly state: State
  readonly terms: JobTerms
  readonly store = new MemoryStore()
  readonly worker: ReferenceWorker
  readonly runner: ReferenceRunner
  readonly loop: EventLoop
  /** What each provider that the test plays makes of any unit. */
  readonly #results = new Map<string, Uint8Array>()
  readonly #verdicts = new Map<string, Verdict>()
  readonly #beacon = new SeededBeacon({ seed: 5, newest: roundAt({ unixMs: Date.now(), roundMs: 1_000 }) })
  fatal: unknown

  constructor(job: SentJob, secret: Uint8Array) {
    const blobs = new SomeBlobs()
    const { spec } = received(job, blobs)
    const { manifest } = spec
    this.terms = {
      ...aJob({ quorum: 1 }),
      spec: blobs.put(encodeJobSpec(spec)),
      plan: { ...planJob(manifest), quorum: 1, unitCount: 1 },
      resultPartsOf: (unit) => resultPartsOf(manifest, unitSpanOf(manifest, unit).count),
    }
    const key = sessionKeyOf(secret)
    const { provider } = key
    // Every unit is audited, by the anchor.
    this.state = emptyState(defaultDurations, { ...defaultPolicy, anchorShare: 1 }, [provider])
    this.runner = new ReferenceRunner({ blobs, wallMs: 120_000 })
    this.worker = new ReferenceWorker({
      provider,
      chainId,
      sign: (commitment) => signDigest(key, commitment),
      post: (event) => {
        this.loop.post(event)
      },
      runner: this.runner,
      log,
    })
    this.loop = new EventLoop({
      state: this.state,
      store: this.store,
      clock: new SystemClock(),
      onFatal: (error) => (this.fatal = error),
      perform: (effects) => {
        for (const effect of effects) {
          // The round comes as soon as it is named.
          if (effect.kind === 'wantRound') this.#beacon.reach(effect.round)
          if (effect.kind !== 'send') continue
          if (this.worker.owns(effect.session)) this.worker.hear(effect.message, effect.payload)
          else this.#hear(effect.session, effect.message)
        }
      },
    })
  }

  async submit(): Promise<void> {
    await this.#beacon.start([], (round, value) => {
      this.loop.post({ kind: 'beaconPublished', round, value })
    })
    const { id, plan } = this.terms
    await this.loop.handled({ kind: 'jobSubmitted', terms: this.terms })
    await this.loop.handled({ kind: 'jobFunded', job: id, fundedWei: plan.budgetWei })
  }

  /** A provider joins that answers whatever it is given with this result. */
  async play(name: string, result: Uint8Array): Promise<void> {
    this.#results.set(name, result)
    const provider = providerOf(name)
    await this.loop.handled({
      kind: 'providerJoined',
      session: name,
      provider,
      capacity: 1,
      offer: anOffer(),
    })
  }

  /** The verdict on a provider's result, or that of its job's end; all who are played beat meanwhile. */
  async verdictOn(name: string): Promise<Verdict> {
    const look = async () => {
      await this.beat()
      return this.fatal ?? this.#verdicts.has(name)
    }
    await expect.poll(look, { timeout: 60_000, interval: 200 }).toBe(true)
    const verdict = this.#verdicts.get(name)
    assert(verdict, 'it was judged')
    return verdict
  }

  async beat(): Promise<void> {
    for (const session of this.#results.keys()) await this.loop.handled({ kind: 'providerHeard', session })
    await this.loop.handled({ kind: 'timePassed' })
  }

  #hear(session: SessionId, message: FromCoordinator): void {
    if (message.type === 'verdict') this.#verdicts.set(session, message)
    if (message.type === 'assign') this.#answer(session, message)
  }

  #answer(session: SessionId, { assignment, unit, job }: Assign): void {
    const result = this.#results.get(session)
    assert(result, 'only those who are played are given units')
    const nonce = toHex(randomBytes(32))
    const parts = { chainId, job, unit, provider: providerOf(session), nonce }
    const commitment = commitmentOf({ ...parts, resultDigest: resultDigestOf(result) })
    this.loop.post({ kind: 'resultCommitted', session, assignment, commitment })
    this.loop.post({ kind: 'resultRevealed', session, assignment, nonce, result, chainId })
  }
}

let folder: string
let coordinator: SmallCoordinator
beforeEach(async () => {
  folder = await aFolder()
})
afterEach(async () => {
  await coordinator.worker.close()
  await rm(folder, { recursive: true })
})

async function begin(job: SentJob = {}): Promise<void> {
  const secret = await keyIn(join(folder, 'reference.key'))
  expect(await keyIn(join(folder, 'reference.key'))).toBe(secret)
  coordinator = new SmallCoordinator(job, Buffer.from(secret.slice(2), 'hex'))
  expect(await coordinator.worker.start()).toBe(true)
}

const squares = new Uint8Array(
  new Float32Array(someNumbers.buffer).subarray(0, 256).map((number) => number * number).buffer,
)
const earnedBy = (provider: string) =>
  [...coordinator.state.accounts].find(([id]) => id === provider)?.[1].earnedWei ?? 0n

test('the reference worker audits an honest result: both agree and both are paid', async () => {
  await begin()
  await coordinator.submit()
  await coordinator.play('A', squares)
  expect(await coordinator.verdictOn('A')).toMatchObject({ outcome: 'accepted' })
  const { unitPayWei } = coordinator.terms.plan
  expect(earnedBy(providerOf('A'))).toBe(unitPayWei)
  expect(earnedBy(coordinator.worker.provider)).toBe(unitPayWei)
})

test('[X10] a fabricated result loses against the reference worker alone', async () => {
  await begin()
  await coordinator.submit()
  await coordinator.play('A', new Uint8Array(squares.length))
  expect(await coordinator.verdictOn('A')).toMatchObject({ outcome: 'refused', reason: 'resultDisagrees' })
  expect(earnedBy(providerOf('A'))).toBe(0n)
  const { unitPayWei } = coordinator.terms.plan
  expect(earnedBy(coordinator.worker.provider)).toBe(unitPayWei)
  const result = coordinator.store.canonicalResultNow(coordinator.terms.id, 0)
  expect(new Float32Array((result ?? squares).slice().buffer)).toEqual(new Float32Array(squares.buffer))
})

test('a unit whose kernel does not compile here comes back, and the coordinator goes on', async () => {
  await begin({ kernel: kernelDoing('  squares[id.x] = 1.0 / 0.0;') })
  await coordinator.submit()
  await coordinator.play('A', squares)
  const givenBack = async () => {
    await coordinator.beat()
    const unit = coordinator.state.jobs.get(coordinator.terms.id)?.open.get(0)
    return coordinator.fatal ?? unit?.unable.has(coordinator.worker.provider)
  }
  await expect.poll(givenBack, { timeout: 60_000, interval: 200 }).toBe(true)
})

test('a worker whose session was ended joins again under another', async () => {
  await begin()
  const first = coordinator.state.providers.get(coordinator.worker.provider)?.session
  assert(first !== undefined, 'it has joined')
  coordinator.worker.disconnected()
  expect(coordinator.worker.owns(first)).toBe(false)
  await expect
    .poll(() => coordinator.state.providers.get(coordinator.worker.provider)?.session, { timeout: 20_000 })
    .not.toBe(first)
})
