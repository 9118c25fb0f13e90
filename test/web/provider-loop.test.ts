import { describe, expect, test } from 'vitest'
import { encodeFrames, FrameReader, type Message } from '#protocol/frames.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { parseFromProvider, type FromCoordinator, type FromProvider } from '#protocol/messages.ts'
import { protocolVersion } from '#protocol/limits.ts'
import type { Offer } from '#protocol/offer.ts'
import type { SpotPlace } from '#protocol/spots.ts'
import type { CurrentJob, UnitNews } from '#web/core/contributor-view.ts'
import { DataUnavailableError } from '#web/edge/blob-cache.ts'
import type { ProviderView } from '#web/edge/provider-api.ts'
import { ProviderLoop } from '#web/edge/provider-loop.ts'
import type { ProviderSurroundings } from '#web/edge/provider-surroundings.ts'
import type { JobSource } from '#runner/job-source.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { FakeChannel } from './fake-channel.ts'
import { aManifest, doubleWgsl } from './jobs.ts'
import { aChallenge, aKey, aNonce, anOrder, assignmentOf } from './session-world.ts'

const checkWgsl = 'a verify kernel'

/** A provider's loop with a coordinator to speak to, a runner made of functions, and a wall clock. */
class Rig {
  readonly views: ProviderView[] = []
  readonly jobs: CurrentJob[] = []
  readonly units: UnitNews[] = []
  readonly crashes: unknown[] = []
  readonly heard: (FromProvider & { payload: Uint8Array })[] = []
  readonly links: { readonly number: number; open: boolean }[] = []
  closedRunner = false
  paused = false
  describe: () => Promise<string> = () => Promise.resolve('a GPU')
  run: (unit: number) => Promise<Uint8Array<ArrayBuffer>> = (unit) =>
    Promise.resolve(new Uint8Array(400).fill(unit + 1))
  runSpots: (spots: readonly SpotPlace[]) => Promise<Uint8Array<ArrayBuffer>> = () =>
    Promise.reject(new Error('no spots were expected'))
  loadFailure: Error | undefined
  /** Where the runner's units came from. */
  readonly sources: JobSource[] = []
  makeOffer: () => Promise<Offer> = () => Promise.resolve(anOffer())
  readonly loop: ProviderLoop
  #coordinator: FakeChannel | undefined

  constructor(parts: Partial<ProviderSurroundings> = {}, manifest = aManifest()) {
    const source = {
      manifest,
      wgsl: doubleWgsl,
      loadInput: () => Promise.resolve(new Uint8Array(4)),
      loadSlice: () => Promise.resolve(new Uint8Array(4)),
      loadList: () => Promise.reject(new Error('no list')),
    }
    this.loop = new ProviderLoop({
      key: aKey,
      lanes: 1,
      adapter: 'a GPU',
      jobs: {
        load: () =>
          this.loadFailure
            ? Promise.reject(this.loadFailure)
            : Promise.resolve({
                ...source,
                sourceFor: (key: string) => ({ key, ...source }),
                loadCheck: () =>
                  Promise.resolve({ manifest, wgsl: checkWgsl, candidates: new Map([['out', 'out']]) }),
              }),
      },
      runner: {
        describe: () => this.describe(),
        run: async (source, unit) => {
          this.sources.push(source)
          const result = await this.run(unit)
          return { result, gpuMs: 0, submits: 1, startedAfterMs: 0, progress: 1, complete: true }
        },
        runSpots: async (_source, spots) => ({
          result: await this.runSpots(spots),
          ...{ gpuMs: 0, submits: 1, startedAfterMs: 0 },
        }),
        pause: () => {
          this.paused = true
        },
        resume: () => {
          this.paused = false
        },
        usage: () => ({ busyMs: 0, elapsedMs: 0 }),
        close: () => {
          this.closedRunner = true
        },
      },
      makeOffer: () => this.makeOffer(),
      openLink: (number) => {
        this.links.push({ number, open: true })
      },
      closeLink: (number) => {
        const link = this.links.find((one) => one.number === number)
        if (link) link.open = false
      },
      showView: (view) => this.views.push(view),
      showJob: (job) => this.jobs.push(job),
      showUnit: (news) => this.units.push(news),
      crash: (error) => this.crashes.push(error),
      nowMs: () => performance.now(),
      random: () => 0,
      nonce: () => aNonce,
      ...parts,
    })
  }

  get state() {
    return this.views.at(-1)?.state
  }

  types(): string[] {
    return this.heard.map((message) => message.type)
  }

  /** Gives the loop the link it asked for last, and challenges. */
  connect(): void {
    const [local, remote] = FakeChannel.pair()
    const reader = new FrameReader()
    this.#coordinator = remote
    remote.readyState = 'open'
    remote.onmessage = ({ data }) => {
      const message: Message | undefined = reader.push(new Uint8Array(data as ArrayBuffer))
      if (message) this.#answer(parseFromProvider(message.header), message.payload)
    }
    this.loop.attachLink(this.links.at(-1)?.number ?? 0, local as unknown as RTCDataChannel)
    local.open()
    this.say({ type: 'challenge', challenge: aChallenge, chainId: 31337, version: protocolVersion })
  }

  say(message: FromCoordinator, payload?: Uint8Array): void {
    for (const frame of encodeFrames(message, payload)) this.#coordinator?.send(frame)
  }

  cut(): void {
    this.#coordinator?.cut()
  }

  #answer(message: FromProvider, payload: Uint8Array): void {
    this.heard.push({ ...message, payload })
    if (message.type === 'greet') this.say({ type: 'welcome', heartbeatMs: 60_000 })
    if (message.type === 'commit')
      this.say({ type: 'receipt', assignment: message.assignment, commitment: message.commitment })
    if (message.type === 'reveal')
      this.say({ type: 'verdict', assignment: message.assignment, outcome: 'accepted' })
  }
}

async function aWelcomeRig(parts: Partial<ProviderSurroundings> = {}, manifest = aManifest()): Promise<Rig> {
  const rig = new Rig(parts, manifest)
  rig.loop.start()
  rig.connect()
  await expect.poll(() => rig.state?.kind).toBe('waiting')
  return rig
}

describe('provider loop', () => {
  test('[W6] a unit goes from its order to its verdict, with the commitment the protocol asks for', async () => {
    const rig = await aWelcomeRig()
    rig.say(anOrder(3))
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
    expect(rig.types()).toEqual(['greet', 'commit', 'reveal'])
    const result = new Uint8Array(400).fill(4)
    expect(rig.heard[2]?.payload).toEqual(result)
    const { job } = anOrder(3)
    const resultDigest = resultDigestOf(result)
    const parts = { chainId: 31337, job, unit: 3, provider: aKey.provider, resultDigest, nonce: aNonce }
    expect(rig.heard[1]).toMatchObject({ commitment: commitmentOf(parts) })
    expect(rig.crashes).toEqual([])
  })

  test('[W23] the view names provider, adapter and the unit on the GPU; the job is told once', async () => {
    const rig = await aWelcomeRig()
    const held = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
    rig.run = () => held.promise
    rig.say(anOrder(3))
    rig.say(anOrder(4))
    await expect.poll(() => rig.views.at(-1)?.unit).toEqual({ index: 4, areas: [] })
    expect(rig.views.at(-1)).toMatchObject({
      state: { kind: 'working' },
      provider: aKey.provider,
      adapter: 'a GPU',
    })
    const { job, requester } = anOrder(3)
    expect(rig.jobs).toEqual([
      {
        id: job,
        requester,
        payWei: 1n,
        name: 'double',
        summary: 'Doubles numbers.',
        cause: 'science',
        wgsl: doubleWgsl,
        unitCount: 10,
        output: { kind: 'raw' },
      },
    ])
    held.resolve(new Uint8Array(400))
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(2)
    expect(rig.views.at(-1)?.unit).toBeUndefined()
  })

  test('[W17] a finished tile is shown', async () => {
    const image = { kind: 'image', buffer: 'out', width: 64, height: 64, tile: [5, 5], format: 'rgba32float' }
    const { numbers = { from: 'input:numbers' }, unit = { uniform: 0 } } = aManifest().buffers
    const buffers = { numbers, unit, out: { bytes: '400*$unit.count', result: true } }
    const rig = await aWelcomeRig({}, aManifest({ collect: image, buffers, units: { range: [0, 4] } }))
    rig.run = () => Promise.resolve(new Uint8Array(new Float32Array(100).fill(1).buffer))
    rig.say(anOrder(1))
    await expect.poll(() => rig.units).toHaveLength(1)
    expect(rig.units[0]).toMatchObject({
      job: anOrder(1).job,
      unit: 1,
      tiles: [{ x: 5, y: 0, width: 5, height: 5 }],
    })
  })

  test('spots are committed to and revealed like a unit, and are no part of the picture', async () => {
    const image = { kind: 'image', buffer: 'out', width: 64, height: 64, tile: [5, 5], format: 'rgba32float' }
    const { numbers = { from: 'input:numbers' }, unit = { uniform: 0 } } = aManifest().buffers
    const buffers = { numbers, unit, out: { bytes: '400*$unit.count', result: true } }
    const rig = await aWelcomeRig({}, aManifest({ collect: image, buffers, units: { range: [0, 4] } }))
    const held = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
    const asked: (readonly SpotPlace[])[] = []
    rig.runSpots = (places) => {
      asked.push(places)
      return held.promise
    }
    const spots: [number, number][] = [[3, 63], [1, 0]] // prettier-ignore
    rig.say({ ...anOrder(3), task: { kind: 'spots', spots } })
    await expect.poll(() => rig.views.at(-1)?.unit).toEqual({ index: 3, areas: [] })
    const result = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)
    held.resolve(result)
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
    expect(asked).toEqual([spots])
    expect(rig.types()).toEqual(['greet', 'commit', 'reveal'])
    expect(rig.heard[2]?.payload).toEqual(result)
    const resultDigest = resultDigestOf(result)
    const { job } = anOrder(3)
    const parts = { chainId: 31337, job, unit: 3, provider: aKey.provider, resultDigest, nonce: aNonce }
    expect(rig.heard[1]).toMatchObject({ commitment: commitmentOf(parts) })
    expect(rig.units).toEqual([])
    expect(rig.crashes).toEqual([])
  })

  test('[W9] spots that a device cannot run go back with their reason', async () => {
    const rig = await aWelcomeRig()
    rig.runSpots = () => Promise.reject(new RunnerError('notCapable', 'cannot be run in parts here'))
    rig.say({ ...anOrder(0), task: { kind: 'spots', spots: [[0, 1]] } })
    await expect.poll(() => rig.heard.at(-1)).toMatchObject({ type: 'handBack', reason: 'notCapable' })
  })

  test('a check runs the verify kernel over the result that came with it, and its verdict goes the way of a result', async () => {
    const rig = await aWelcomeRig()
    const verdict = Uint8Array.of(0, 0, 0, 0)
    rig.run = () => Promise.resolve(verdict)
    const candidate = Uint8Array.from({ length: 400 }, (_, index) => index)
    rig.say({ ...anOrder(3), task: { kind: 'check' } }, candidate)
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
    const [source] = rig.sources
    expect(source).toMatchObject({ wgsl: checkWgsl })
    expect(source?.key).not.toBe(anOrder(3).job)
    expect(await source?.loadSlice('out', 0, 400)).toEqual(candidate)
    expect(rig.types()).toEqual(['greet', 'commit', 'reveal'])
    expect(rig.heard[2]?.payload).toEqual(verdict)
    const { job } = anOrder(3)
    const resultDigest = resultDigestOf(verdict)
    const parts = { chainId: 31337, job, unit: 3, provider: aKey.provider, resultDigest, nonce: aNonce }
    expect(rig.heard[1]).toMatchObject({ commitment: commitmentOf(parts) })
    expect(rig.units).toEqual([])
  })

  test.each([0, 399, 404])(
    'a check that comes with %i bytes, which are no result, goes back',
    async (length) => {
      const rig = await aWelcomeRig()
      rig.say({ ...anOrder(3), task: { kind: 'check' } }, new Uint8Array(length))
      await expect.poll(() => rig.heard.at(-1)).toMatchObject({ type: 'handBack', reason: 'dataUnavailable' })
      expect(rig.sources).toEqual([])
      expect(rig.state).toEqual({ kind: 'waiting' })
    },
  )

  const failures: [string, Error, string][] = [
    ['missing data', new DataUnavailableError('b', 'gone'), 'dataUnavailable'],
    ['a kernel that does not compile', new RunnerError('compileFailed', '1:1 no'), 'kernelFailed'],
    ['a lack of memory', new RunnerError('tooLargeForDevice', 'too much'), 'notCapable'],
    ['a lack of a feature', new RunnerError('notCapable', 'shader-f16'), 'notCapable'],
    ['a workgroup that takes too long', new RunnerError('unitTooCoarse', '700 ms'), 'notCapable'],
  ]
  test.each(failures)('[W9] %s goes back with its reason', async (_what, failure, reason) => {
    const rig = await aWelcomeRig()
    if (failure instanceof DataUnavailableError) rig.loadFailure = failure
    else rig.run = () => Promise.reject(failure)
    rig.say(anOrder(0))
    await expect.poll(() => rig.heard.at(-1)).toMatchObject({ type: 'handBack', reason })
    expect(rig.state).toEqual({ kind: 'waiting' })
  })

  test('[W16] a device that is lost twice hands all units back, rests, and looks for an adapter', async () => {
    const rig = await aWelcomeRig()
    const looks: (() => void)[] = []
    rig.describe = () =>
      new Promise((resolve) => {
        looks.push(() => {
          resolve('a GPU')
        })
      })
    let lose: ((error: RunnerError) => void)[] = []
    rig.run = () =>
      new Promise((_, reject) => {
        lose.push(reject)
      })
    for (const [row, unit] of [0, 1].entries()) {
      rig.say(anOrder(2 * unit))
      rig.say(anOrder(2 * unit + 1))
      await expect.poll(() => lose).toHaveLength(2)
      for (const one of lose) one(new RunnerError('deviceLost', 'gone'))
      lose = []
      await expect.poll(() => rig.types().filter((type) => type === 'handBack')).toHaveLength(2 * row + 2)
      expect(rig.views.at(-1)?.incidents).toEqual([{ kind: 'gpuLost', count: row + 1 }])
    }
    expect(rig.state).toMatchObject({ kind: 'reconnecting', reason: 'gpuLost', attempt: 1 })
    await expect.poll(() => rig.links.at(-1)?.open).toBe(false)
    await expect.poll(() => looks, { timeout: 10_000 }).toHaveLength(1)
    expect(rig.links).toHaveLength(1)
    looks[0]?.()
    await expect.poll(() => rig.links).toHaveLength(2)
  })

  test('[W31] a kernel that hangs is told first, the runner pauses, and going on takes other work', async () => {
    const rig = await aWelcomeRig()
    rig.run = () => Promise.reject(new RunnerError('hung', 'no end'))
    rig.say(anOrder(0))
    await expect.poll(() => rig.heard.at(-1)).toMatchObject({ type: 'handBack', reason: 'kernelHung' })
    expect(rig.state).toEqual({ kind: 'halted', reason: 'kernelHung' })
    expect(rig.paused).toBe(true)
    await expect.poll(() => rig.links.at(-1)?.open).toBe(false)
    rig.run = () => Promise.resolve(new Uint8Array(400))
    rig.loop.resume()
    // Not before the device is destroyed, as only then the answer counts.
    await expect.poll(() => rig.links, { timeout: 10_000 }).toHaveLength(2)
    rig.connect()
    await expect.poll(() => rig.state).toEqual({ kind: 'waiting' })
    expect(rig.paused).toBe(false)
    rig.say(anOrder(1, 2))
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
  })

  test('[W23] of two jobs on the GPU the one that is shown stays shown until its last unit there has ended', async () => {
    const rig = await aWelcomeRig()
    const ends = new Map<number, () => void>()
    rig.run = (unit) =>
      new Promise((resolve) => {
        ends.set(unit, () => {
          resolve(new Uint8Array(400))
        })
      })
    rig.say(anOrder(0))
    await expect.poll(() => ends.size).toBe(1)
    rig.say(anOrder(1, 2))
    await expect.poll(() => ends.size).toBe(2)
    expect(rig.jobs.map(({ id }) => id)).toEqual([anOrder(0).job])
    expect(rig.views.at(-1)?.unit?.index).toBe(0)
    ends.get(0)?.()
    await expect.poll(() => rig.views.at(-1)?.unit?.index).toBe(1)
    expect(rig.jobs.map(({ id }) => id)).toEqual([anOrder(0).job, anOrder(1, 2).job])
  })

  test('[W24] what nobody foresaw is a crash, not a unit given back', async () => {
    const rig = await aWelcomeRig()
    rig.run = () => Promise.reject(new TypeError('x is undefined'))
    rig.say(anOrder(0))
    await expect.poll(() => rig.crashes).toEqual([new TypeError('x is undefined')])
  })

  test('[W12] a result that ends while the link is gone is delivered over the next', async () => {
    const rig = await aWelcomeRig()
    const late = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
    rig.run = () => late.promise
    rig.say(anOrder(7))
    await expect.poll(() => rig.views.at(-1)?.unit?.index).toBe(7)
    rig.cut()
    await expect.poll(() => rig.state?.kind).toBe('reconnecting')
    late.resolve(new Uint8Array(400).fill(8))
    await expect.poll(() => rig.links.length, { timeout: 3_000 }).toBe(2)
    rig.connect()
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
    expect(rig.heard.at(-1)?.payload).toEqual(new Uint8Array(400).fill(8))
  })

  test('[W12] what a link of the past brings is not heard', async () => {
    const rig = new Rig()
    rig.loop.start()
    const [first] = rig.links
    rig.loop.linkFailed(first?.number ?? 0, 'coordinatorUnreachable')
    await expect.poll(() => rig.links, { timeout: 3_000 }).toHaveLength(2)
    rig.loop.linkFailed(first?.number ?? 0, 'connectionLost')
    expect(rig.state).toEqual({ kind: 'starting', step: 'connecting' })
    const [stale] = FakeChannel.pair()
    rig.loop.attachLink(first?.number ?? 0, stale as unknown as RTCDataChannel)
    await expect.poll(() => stale.readyState).toBe('closed')
    expect(rig.state).toEqual({ kind: 'starting', step: 'connecting' })
  })

  test('[W15] stopping now: farewell first, then the runner is closed, then the page hears of it', async () => {
    const rig = await aWelcomeRig()
    rig.run = () => new Promise(() => undefined)
    rig.say(anOrder(0))
    await expect.poll(() => rig.views.at(-1)?.unit?.index).toBe(0)
    rig.loop.stop('now')
    expect(rig.state?.kind).toBe('working')
    await expect.poll(() => rig.state).toEqual({ kind: 'stopped', reason: 'byUser' })
    expect(rig.types().slice(-2)).toEqual(['handBack', 'leave'])
    expect(rig.heard.find((message) => message.type === 'handBack')).toMatchObject({
      assignment: assignmentOf(0),
      reason: 'stopping',
    })
    expect(rig.closedRunner).toBe(true)
    expect(rig.links.at(-1)?.open).toBe(false)
  })

  test('[W14] finishing: the unit under way is delivered, then all ends', async () => {
    const rig = await aWelcomeRig()
    const last = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
    rig.run = () => last.promise
    rig.say(anOrder(0))
    await expect.poll(() => rig.views.at(-1)?.unit?.index).toBe(0)
    rig.loop.stop('afterUnit')
    expect(rig.state).toEqual({ kind: 'finishing' })
    last.resolve(new Uint8Array(400))
    await expect.poll(() => rig.views.at(-1)?.unitsAccepted).toBe(1)
    rig.say({ type: 'account', accepted: 1, pendingWei: 1n, earnedWei: 0n, claimableWei: 0n, claimedWei: 0n })
    await expect.poll(() => rig.state).toEqual({ kind: 'stopped', reason: 'byUser' })
    expect(rig.views.at(-1)?.pendingWei).toBe(1n)
  })

  test('greets with the offer once it is made, and says each change of it', async () => {
    const rig = new Rig()
    const made = Promise.withResolvers<Offer>()
    rig.makeOffer = () => made.promise
    rig.loop.start()
    rig.connect()
    await expect.poll(() => rig.state).toEqual({ kind: 'starting', step: 'greeting' })
    made.resolve(anOffer({ minimumWeiPerHour: 5n }))
    await expect.poll(() => rig.state).toEqual({ kind: 'waiting' })
    rig.loop.offer(anOffer({ minimumWeiPerHour: 6n }))
    await expect.poll(() => rig.types()).toEqual(['greet', 'offer'])
    expect(rig.heard.map((message) => 'offer' in message && message.offer.minimumWeiPerHour)).toEqual([
      5n,
      6n,
    ])
  })

  test('[W16] a GPU that cannot be measured is tried again; what nobody foresaw there is a crash', async () => {
    const rig = new Rig()
    const failures = [new RunnerError('deviceLost', 'gone'), new TypeError('x is undefined')]
    rig.makeOffer = () => Promise.reject(failures.shift() ?? new Error('measured too often'))
    rig.loop.start()
    await expect.poll(() => rig.crashes).toEqual([new TypeError('x is undefined')])
    expect(failures).toEqual([])
  })
})
