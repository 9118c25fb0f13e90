import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { limits, protocolVersion } from '#protocol/limits.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { admitJob, readTerms } from './admission.ts'
import type { Config } from './config.ts'
import { ControlDesk } from './control-desk.ts'
import type { Effect } from './core/effects.ts'
import type { Event } from './core/events.ts'
import { recover } from './core/recover.ts'
import { marketView } from './core/market/price-view.ts'
import type { Job, State } from './core/state.ts'
import { changesOf, jobViewOf, snapshotOf } from './core/views.ts'
import { Examiner } from './edge/admission/examiner.ts'
import { ChainBeacon } from './edge/beacon/chain-beacon.ts'
import { FileBlobs } from './edge/blobs/file-blobs.ts'
import { startDevelopmentChain } from './edge/chain/development-chain.ts'
import { SystemClock } from './edge/clock.ts'
import { openDataDirectory } from './edge/data-directory.ts'
import { createHttpApp } from './edge/http/http-app.ts'
import { listen } from './edge/http/http-server.ts'
import type { HttpServices } from './edge/http/http-services.ts'
import { JobWatch } from './edge/job-watch.ts'
import { ProviderGate } from './edge/provider-gate.ts'
import { SqliteStore } from './edge/store/sqlite-store.ts'
import { withTerms } from './edge/store/store.ts'
import { NetworkNames } from './edge/webrtc/network-names.ts'
import { attachSignalling, signallingPath } from './edge/webrtc/signalling-server.ts'
import { SupervisedTransport } from './edge/webrtc/supervised-transport.ts'
import { Tickets } from './edge/webrtc/tickets.ts'
import { EventLoop } from './event-loop.ts'
import { watchFunds } from './funding-watch.ts'
import { openReferenceWorker } from './open-reference-worker.ts'
import { openPublicLog } from './open-public-log.ts'
import { openSettlement } from './open-settlement.ts'
import { providerViewOf } from './settlement-desk.ts'
import { unitAnswerOf } from './unit-answer.ts'
import { refuseUnrunnable } from './unrunnable.ts'
import { walletOriginsOf, walletServicesOf } from './wallet-services.ts'

const tickMs = 250
const chainName = 'MASK development network'
const webRoot = new URL('../dist/web', import.meta.url).pathname

/** A running coordinator. */
export interface Coordinator {
  readonly url: string
  readonly transport: SupervisedTransport
  stop(): Promise<void>
}

/**
 * Opens everything in order (port, data, store, chain, state, signalling, WebRTC) and serves. What was opened is
 * closed again when a later part fails.
 *
 * @param onFatal called when the coordinator cannot go on; the process should end, and start again.
 */
export async function startCoordinator(
  config: Config,
  log: Logger,
  onFatal: (error: unknown) => void,
): Promise<Coordinator> {
  const opened: (() => Promise<void>)[] = []
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    return await open(config, log, onFatal, opened, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

async function open(
  config: Config,
  log: Logger,
  onFatal: (error: unknown) => void,
  opened: (() => Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<Coordinator> {
  const clock = new SystemClock()
  const paths = await openDataDirectory(config.dataDirectory)
  const http = await listen(config.host, config.port)
  opened.push(() => http.close())
  const blobs = new FileBlobs(paths.blobs)
  const store = SqliteStore.open(paths.database, blobs)
  opened.push(() => store.close())
  const onChainDeath = (reason: string) => {
    onFatal(new Error(reason))
  }
  const { confirmations } = config
  const chain = await startDevelopmentChain(paths.chain, onChainDeath, { confirmations })
  opened.push(() => chain.close())

  const rows = await store.load()
  const terms = new Map(
    await Promise.all(rows.jobs.map(async ({ row }) => [row.id, await readTerms(blobs, row)] as const)),
  )
  const post = (event: Event) => {
    loop.post(event)
  }
  const reference = config.referenceWorker
    ? await openReferenceWorker({ keyFile: paths.referenceKey, blobs, chainId: chain.chainId, post, log })
    : undefined
  opened.push(async () => reference?.close())
  const { durations, policy, pushesClaims } = config
  const anchors = [...config.anchors, ...(reference ? [reference.provider] : [])]
  const { state, effects } = recover(
    withTerms(rows, (row) => terms.get(row.id) ?? unknownJob(row.id)),
    clock.nowMs(),
    { durations, policy, anchors, pushesClaims },
  )
  const { publicLog, files, entriesOf } = await openPublicLog({
    ...{ store, rows, state, anchors, chain, paths, witnesses: config.witnesses, log, onFatal },
  })
  opened.push(() => publicLog.close())
  const beacon = new ChainBeacon({ blocks: chain.blocks, clock, log, roundMs: policy.beaconRoundMs })
  opened.push(() => beacon.close())

  const tickets = new Tickets(clock)
  const networks = new NetworkNames()
  const peer = `coordinator-${randomBytes(12).toString('hex')}`
  const transport = new SupervisedTransport({
    peer,
    port: http.port,
    path: signallingPath,
    mintTicket: () => tickets.mint(peer).ticket,
    networkOf: (remotePeer) => networks.of(remotePeer),
    log,
  })
  attachSignalling(
    http.server,
    tickets,
    (lost) => {
      transport.suspect(lost)
    },
    log,
    networks,
  )
  const examiner = new Examiner({ blobs, log, unprovable: config.unprovable })
  opened.push(() => examiner.close())
  const watch = new JobWatch()
  const loop: EventLoop = new EventLoop({
    state,
    store,
    clock,
    entriesOf,
    onFatal,
    perform: (batch) => {
      publicLog.noteCommit()
      for (const effect of batch) perform(effect)
      watch.announce(batch)
    },
  })
  const { desk, payouts, ...settlement } = await openSettlement({
    ...{ chain, folder: paths.chain, state, post, log, logHead: () => publicLog.head() },
  })
  opened.push(() => settlement.close())
  const gate = new ProviderGate({ transport, chainId: chain.chainId, post, log })
  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        if (reference?.owns(effect.session)) reference.hear(effect.message, effect.payload)
        else transport.send(effect.session, effect.message, effect.payload)
        return
      case 'disconnect':
        if (reference?.owns(effect.session)) reference.disconnected()
        else transport.disconnect(effect.session)
        return
      case 'wantRound':
        beacon.want(effect.round)
        return
      case 'fetchResult':
        void store.canonicalResult(effect.job, effect.unit).then((result) => {
          if (result) post({ kind: 'resultFetched', assignment: effect.assignment, result })
        }, onFatal)
        return
      case 'prepareEpoch':
      case 'attestEpoch':
      case 'postEpoch':
      case 'pushClaims':
        desk.perform(effect)
        return
      case 'persist':
      case 'changed':
        return
    }
  }

  await loop.adopt(effects)
  await beacon.start(state.beacon.waiting.keys(), (round, value) => {
    post({ kind: 'beaconPublished', round, value })
  })
  const tick = setInterval(() => {
    loop.post({ kind: 'timePassed' })
  }, tickMs)
  opened.push(() => {
    clearInterval(tick)
    return Promise.resolve()
  })
  opened.push(watchFunds(state, chain, clock, loop, log))
  const walletOrigins = walletOriginsOf(config)
  http.serve(
    createHttpApp({
      services: servicesOf(),
      webRoot,
      publicHosts: config.publicHosts,
      walletOrigins,
      publicLog: files,
      log,
    }),
  )
  opened.push(() => transport.stop())
  await transport.start(gate)
  void reference?.start().catch(onFatal)
  return { url: `http://${config.host}:${http.port}`, transport, stop: closeAll }

  function servicesOf(): HttpServices {
    const grant = chain.grant?.bind(chain)
    const control = new ControlDesk(chain.chainId, clock, (event) => loop.handled(event))
    const viewOf = (id: JobId) => jobViewOf(state, knownJob(state, id), clock.nowMs())
    return {
      blobs,
      network: () => ({
        version: protocolVersion,
        name: chainName,
        chainId: chain.chainId,
        development: true,
        contracts: chain.contracts,
        coordinatorPeer: transport.peer,
        epochDurationMs: config.durations.epochMs,
        providersOnline: gate.providersOnline,
      }),
      mintTicket: () => ({ ...tickets.mint(), coordinatorPeer: transport.peer }),
      submitJob: async (request) => {
        const admitted = await admitJob(blobs, request)
        const { terms } = admitted
        if (!state.jobs.has(terms.id)) {
          refuseBeyondLimit(state)
          refuseUnrunnable(terms.needs, clock.nowMs())
          const { spottable } = await examiner.examine(admitted)
          await loop.handled({ kind: 'jobSubmitted', terms: { ...terms, spottable } })
        }
        return viewOf(terms.id)
      },
      jobs: () => [...state.jobs.keys()].map(viewOf),
      job: viewOf,
      controlJob: async (id, request) => {
        await control.control(knownJob(state, id), request)
        return viewOf(id)
      },
      watchJob: (id, listener) => watch.watch(id, listener),
      snapshot: (id) => snapshotOf(state, knownJob(state, id), clock.nowMs()),
      changes: (id, units) => changesOf(state, knownJob(state, id), units, clock.nowMs()),
      result: (id, unit) => unitAnswerOf(knownJob(state, id), unit, store),
      market: (bid) => marketView(state, clock.nowMs(), bid),
      provider: (id) => providerViewOf(state, id, payouts),
      lookForClaims: async (account) => {
        const claimedWei = await chain.claimedBy(account)
        await loop.handled({ kind: 'claimSeen', account, claimedWei })
        return providerViewOf(state, account, payouts)
      },
      wallet: walletServicesOf({
        config,
        chainName,
        state,
        chain,
        clock,
        handle: (event) => loop.handled(event),
      }),
      ...(grant && { faucet: async (address: Hex) => ({ address, ...(await grant(address)) }) }),
      relayRpc: (request) => chain.relayRpc(request),
    }
  }
}

function knownJob(state: State, id: JobId): Job {
  return state.jobs.get(id) ?? unknownJob(id)
}

function unknownJob(id: JobId): never {
  throw new Refusal('notFound', `There is no job ${id} here.`, {
    where: id,
    next: 'Check the id; mask submit prints it.',
  })
}

function refuseBeyondLimit(state: State): void {
  const unfunded = [...state.jobs.values()].filter((job) => job.phase === 'awaitingFunds').length
  if (unfunded >= limits.unfundedJobsMax)
    throw new Refusal('tooManyJobs', `${unfunded} jobs wait for their funds already.`, {
      next: 'Try again later.',
    })
}
