import { protocolVersion } from '#protocol/limits.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { Refusal } from '#protocol/refusal.ts'
import { admitJob } from '#coordinator/admission.ts'
import { unitAnswerOf } from '#coordinator/unit-answer.ts'
import { refuseUnrunnable } from '#coordinator/unrunnable.ts'
import { ControlDesk } from '#coordinator/control-desk.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import type { Event } from '#coordinator/core/events.ts'
import { marketView } from '#coordinator/core/market/price-view.ts'
import { jobViewOf, changesOf, snapshotOf } from '#coordinator/core/views.ts'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { checkRpcRequest } from '#coordinator/edge/chain/rpc-gate.ts'
import { PayoutDesk } from '#coordinator/edge/chain/payout-desk.ts'
import { createHttpApp } from '#coordinator/edge/http/http-app.ts'
import type { HttpServices } from '#coordinator/edge/http/http-services.ts'
import { JobWatch } from '#coordinator/edge/job-watch.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { Tickets } from '#coordinator/edge/webrtc/tickets.ts'
import { providerViewOf } from '#coordinator/settlement-desk.ts'
import { walletServicesOf } from '#coordinator/wallet-services.ts'
import { chainId, World } from '../core/a-world.ts'
import { HandClock } from './hand-clock.ts'

export interface HttpAppUnderTest {
  readonly app: Hono
  readonly world: World
  readonly watch: JobWatch
  readonly blobs: FileBlobs
  dispose(): Promise<void>
}

/** The HTTP app over real blobs and a real core; only the chain behind the relay is missing. Services may be replaced. */
export async function anHttpApp(
  changes: Partial<HttpServices> = {},
  world = new World({ providers: 'AB' }),
): Promise<HttpAppUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'mask-test-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>MASK</title>')
  const blobs = new FileBlobs(join(folder, 'blobs'))
  const watch = new JobWatch()
  const tickets = new Tickets(new HandClock())
  const known = (id: string) => {
    const job = [...world.state.jobs.values()].find(({ terms }) => terms.id === id)
    if (!job) throw new Refusal('notFound', `There is no job ${id} here.`, { where: id })
    return job
  }
  const viewOf = (id: string) => jobViewOf(world.state, known(id), world.nowMs)
  const clock = { nowMs: () => world.nowMs }
  const happen = (event: Event) => {
    world.happens(event)
    return Promise.resolve()
  }
  const control = new ControlDesk(chainId, clock, happen)
  const payouts = new PayoutDesk()
  const zero = `0x${'00'.repeat(20)}` as const
  const relayRpc: HttpServices['relayRpc'] =
    changes.relayRpc ??
    ((request) => {
      const { method } = checkRpcRequest(request)
      if (method === 'eth_call')
        return Promise.reject(Object.assign(new Error('reverted'), { code: 3, data: '0x08' }))
      return Promise.resolve(method === 'eth_chainId' ? '0x7a69' : undefined)
    })
  const services: HttpServices = {
    blobs,
    network: () => ({
      version: protocolVersion,
      name: 'test',
      chainId,
      development: true,
      contracts: { token: zero, escrow: zero, settlement: zero },
      coordinatorPeer: 'coordinator-1',
      epochDurationMs: 10_000,
      providersOnline: world.state.providers.size,
    }),
    mintTicket: () => ({ ...tickets.mint(), coordinatorPeer: 'coordinator-1' }),
    submitJob: async (request) => {
      const { terms } = await admitJob(blobs, request)
      refuseUnrunnable(terms.needs, world.nowMs)
      world.happens({ kind: 'jobSubmitted', terms })
      return viewOf(terms.id)
    },
    jobs: () => [...world.state.jobs.keys()].map(viewOf),
    job: viewOf,
    watchJob: (id, listener) => watch.watch(id, listener),
    snapshot: (id) => snapshotOf(world.state, known(id), world.nowMs),
    changes: (id, units) => changesOf(world.state, known(id), units, world.nowMs),
    controlJob: async (id, request) => {
      await control.control(known(id), request)
      return viewOf(id)
    },
    result: (id, unit) => unitAnswerOf(known(id), unit, world.store),
    market: (bid) => marketView(world.state, world.nowMs, bid),
    provider: (id) => providerViewOf(world.state, id, payouts),
    lookForClaims: (id) => providerViewOf(world.state, id, payouts),
    wallet: walletServicesOf({
      config: { durations: defaultDurations, pushesClaims: true, walletConnect: undefined },
      chainName: 'test',
      state: world.state,
      chain: { chainId, contracts: { token: zero, escrow: zero, settlement: zero }, relayRpc },
      clock,
      handle: happen,
    }),
    relayRpc,
    ...changes,
  }
  const app = createHttpApp({
    services,
    webRoot: folder,
    publicHosts: ['mask.example'],
    log: createLog('silent'),
  })
  return { app, world, watch, blobs, dispose: () => rm(folder, { recursive: true }) }
}
