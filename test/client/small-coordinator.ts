import { protocolVersion } from '#protocol/limits.ts'
import { serve, type ServerType } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import {
  bidSchema,
  faucetRequestSchema,
  jobRequestSchema,
  networkViewSchema,
  unitLetters,
  verificationHeader,
  type MarketView,
  type UnitCondition,
} from '#protocol/api.ts'
import { toJson } from '#protocol/frames.ts'
import type { WaitingView } from '#protocol/waiting.ts'
import { checkRpcRequest } from '#coordinator/edge/chain/rpc-gate.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { fromHex, type Hex } from '#protocol/bytes.ts'
import type { ContentId, JobId } from '#protocol/ids.ts'
import { decodeJobSpec, jobIdOf, jobSaltOf, type JobSpec } from '#protocol/job-spec.ts'
import { Refusal } from '#protocol/refusal.ts'
import {
  blobsNamedBy,
  controlSmallJob,
  finishIfDecided,
  newSmallJob,
  problem,
  sendEvent,
  streamSmallJob,
  viewOf,
  type SmallJob,
} from '#test/client/small-job.ts'
import { testChainId, type TestChain } from '#test/client/test-chain.ts'

type Fault = (context: Context) => Response | undefined | Promise<Response | undefined>

export interface SmallCoordinatorOptions {
  readonly chain?: TestChain
  readonly development?: boolean
  /** What the faucet gives at a time. */
  readonly faucetWei?: bigint
  readonly port?: number
}

/**
 * The HTTP API in memory, with the protocol's own schemas on both sides of every answer. It decides nothing: tests
 * say which units are accepted. Without a chain every job is funded as soon as it is registered.
 */
export class SmallCoordinator {
  readonly #options: SmallCoordinatorOptions
  #server: ServerType | undefined
  url = ''
  readonly blobs = new Map<ContentId, Uint8Array<ArrayBuffer>>()
  readonly jobs = new Map<JobId, SmallJob>()
  /** Each request as `GET /path`. */
  readonly requests: string[] = []
  /** What was asked of the chain and is not open to others. */
  readonly refusedRpc: string[] = []
  /** Asked before the API itself, in order; the first answer is sent. */
  readonly faults: Fault[] = []
  providersOnline = 2
  /** Why jobs that are registered from now on will wait. */
  waiting: WaitingView | null = null
  market: MarketView = {
    ...{ goingRateWeiPerHour: null, asksWeiPerHour: null, providersOnline: 2, providersFree: 2 },
    ...{ queuedUnits: 0, queuedGpuMs: 0, fillProbability: null },
  }
  name = 'small'

  private constructor(options: SmallCoordinatorOptions) {
    this.#options = options
  }

  static async start(options: SmallCoordinatorOptions = {}): Promise<SmallCoordinator> {
    const coordinator = new SmallCoordinator(options)
    await coordinator.listen(options.port ?? 0)
    return coordinator
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => {
      this.#server = serve({ fetch: this.#app().fetch, hostname: '127.0.0.1', port }, (address) => {
        this.url = `http://127.0.0.1:${address.port}`
        resolve()
      })
    })
  }

  /** Stops listening and cuts every connection, as a killed process would. */
  async stop(): Promise<void> {
    const server = this.#server
    if (!server) return
    const gone = new Promise((resolve) => server.close(resolve))
    if ('closeAllConnections' in server) server.closeAllConnections()
    await gone
  }

  /** Stores a job without the API, as if it had been submitted and funded. */
  addJob(spec: JobSpec, bytes: Uint8Array<ArrayBuffer>, requester: Hex = `0x${'11'.repeat(20)}`): SmallJob {
    const specId = contentIdOf(bytes)
    this.blobs.set(specId, bytes)
    return this.#register({ spec, specId, requester, nonce: `0x${'22'.repeat(32)}` })
  }

  async accept(id: JobId, unit: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.job(id).results.set(unit, bytes)
    await this.move(id, unit, 'accepted')
  }

  /** A result that is not final. */
  async provide(id: JobId, unit: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.job(id).results.set(unit, bytes)
    await this.move(id, unit, 'provisional')
  }

  async move(id: JobId, unit: number, condition: UnitCondition): Promise<void> {
    const job = this.job(id)
    job.conditions[unit] = condition
    finishIfDecided(job)
    await this.#tell(job, [unit])
  }

  /** Says from now on why a job waits. */
  async wait(id: JobId, waiting: WaitingView | null): Promise<void> {
    this.job(id).waiting = waiting
    await this.#tell(this.job(id), [])
  }

  async settle(id: JobId): Promise<void> {
    this.job(id).state = 'settled'
    await this.#tell(this.job(id), [])
  }

  /** Ends every event stream of a job, as a proxy that restarts would. */
  async breakStreams(id: JobId): Promise<void> {
    for (const watcher of this.job(id).watchers) await watcher.close()
  }

  job(id: JobId): SmallJob {
    const job = this.jobs.get(id)
    if (!job) throw new Refusal('notFound', `There is no job ${id}.`, { where: 'id', next: 'Check the id.' })
    return job
  }

  #app(): Hono {
    const app = new Hono()
    app.use(async (context, next) => {
      this.requests.push(`${context.req.method} ${context.req.path}`)
      for (const fault of this.faults) {
        const answer = await fault(context)
        if (answer) return answer
      }
      await next()
      return undefined
    })
    app.onError((error, context) => problem(context, error))
    app.notFound((context) => problem(context, new Refusal('notFound', 'There is nothing here.')))
    app.get('/api/v1/network', (context) => context.json(this.#network()))
    app.put('/api/v1/blobs/:id', async (context) => {
      const bytes = new Uint8Array(await context.req.arrayBuffer())
      if (contentIdOf(bytes) !== context.req.param('id'))
        throw new Refusal('blobCorrupt', 'The bytes do not match the content id.')
      this.blobs.set(context.req.param('id'), bytes)
      return context.body(null, 204)
    })
    app.get('/api/v1/blobs/:id', (context) => {
      const bytes = this.blobs.get(context.req.param('id'))
      if (!bytes) throw new Refusal('notFound', 'There is no such blob.')
      return context.body(bytes)
    })
    app.post('/api/v1/jobs', async (context) => this.#postJob(context))
    app.get('/api/v1/jobs/:id', (context) => context.json(viewOf(this.job(context.req.param('id') as JobId))))
    app.get('/api/v1/jobs/:id/events', (context) =>
      streamSmallJob(context, this.job(context.req.param('id') as JobId)),
    )
    app.post('/api/v1/jobs/:id/control', async (context) => {
      const job = this.job(context.req.param('id') as JobId)
      return this.#control(context, job)
    })
    app.get('/api/v1/market', (context) => {
      const query = context.req.query()
      if (Object.keys(query).length > 0) v.parse(bidSchema, query)
      return context.body(toJson(this.market), 200, { 'content-type': 'application/json' })
    })
    app.get('/api/v1/jobs/:id/units/:unit/result', (context) => {
      const job = this.job(context.req.param('id') as JobId)
      const unit = Number(context.req.param('unit'))
      const bytes = job.results.get(unit)
      if (!bytes) throw new Refusal('notFound', 'There is no accepted result of this unit.')
      const digest = Buffer.from(fromHex(resultDigestOf(bytes))).toString('base64')
      return context.body(bytes, 200, {
        'repr-digest': `sha-256=:${digest}:`,
        [verificationHeader]: job.conditions[unit] === 'provisional' ? 'provisional' : 'verified',
      })
    })
    app.post('/api/v1/faucet', async (context) => this.#faucet(context))
    app.post('/rpc', async (context) => this.#rpc(context))
    return app
  }

  #network() {
    const zero = `0x${'00'.repeat(20)}`
    const network = {
      version: protocolVersion,
      name: this.name,
      chainId: testChainId,
      development: this.#options.development ?? true,
      contracts: this.#options.chain?.contracts ?? { token: zero, escrow: zero, settlement: zero },
      coordinatorPeer: 'coordinator',
      epochDurationMs: 1000,
      providersOnline: this.providersOnline,
    }
    v.parse(networkViewSchema, network)
    return network
  }

  async #postJob(context: Context): Promise<Response> {
    const parsed = v.safeParse(jobRequestSchema, await context.req.json())
    if (!parsed.success) throw new Refusal('malformed', parsed.issues[0].message)
    const { spec: specId, requester, nonce } = parsed.output
    const bytes = this.blobs.get(specId)
    if (!bytes) throw new Refusal('blobMissing', 'The spec is not stored.', { where: 'spec' })
    const spec = decodeJobSpec(bytes)
    for (const id of blobsNamedBy(spec, this.blobs))
      if (!this.blobs.has(id)) throw new Refusal('blobMissing', `The blob ${id} is not stored.`)
    const job = this.#register({ spec, specId, requester, nonce })
    await this.#refresh()
    return context.json(viewOf(job))
  }

  #register(sent: { spec: JobSpec; specId: ContentId; requester: Hex; nonce: Hex }): SmallJob {
    const { spec, specId, requester, nonce } = sent
    const salt = jobSaltOf(specId, nonce)
    const id = jobIdOf(requester, salt)
    const job =
      this.jobs.get(id) ??
      newSmallJob({ id, specId, spec, requester, salt }, !this.#options.chain, this.waiting)
    this.jobs.set(id, job)
    return job
  }

  async #tell(job: SmallJob, units: number[]): Promise<void> {
    const changed = units.map((unit) => [unit, unitLetters[job.conditions[unit] ?? 'queued']])
    for (const watcher of job.watchers) {
      await sendEvent(watcher, { kind: 'units', job: viewOf(job), changed })
      if (job.state === 'settled') await watcher.close()
    }
  }

  async #control(context: Context, job: SmallJob): Promise<Response> {
    await this.#tell(job, controlSmallJob(job, testChainId, await context.req.json()))
    return context.json(viewOf(job))
  }

  async #faucet(context: Context): Promise<Response> {
    const parsed = v.safeParse(faucetRequestSchema, await context.req.json())
    const { chain, faucetWei = 10n ** 21n } = this.#options
    if (!parsed.success || !chain) throw new Refusal('malformed', 'The faucet needs an address and a chain.')
    const { address } = parsed.output
    await chain.giveGas(address)
    const transaction = await chain.mint(address, faucetWei)
    return context.json({ address, grantedWei: faucetWei.toString(), transaction })
  }

  async #rpc(context: Context): Promise<Response> {
    if (!this.#options.chain) throw new Refusal('notFound', 'There is no chain here.')
    const request: unknown = await context.req.json()
    let method: string
    try {
      method = checkRpcRequest(request).method
    } catch (error) {
      this.refusedRpc.push(JSON.stringify(request))
      throw error
    }
    const answer = await fetch(this.#options.chain.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    const text = await answer.text()
    // The receipt is there only after the transaction is mined.
    if (method === 'eth_getTransactionReceipt') await this.#refresh()
    return context.body(text, 200, { 'content-type': 'application/json' })
  }

  /** Sees which jobs have got their money. */
  async #refresh(): Promise<void> {
    for (const job of this.jobs.values()) {
      if (job.state !== 'awaitingFunds' || !this.#options.chain) continue
      job.fundedWei = await this.#options.chain.fundedWei(job.id)
      if (job.fundedWei < job.plan.budgetWei) continue
      job.state = 'running'
      await this.#tell(job, [])
    }
  }
}
