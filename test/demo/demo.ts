import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobView, ProviderView } from '#protocol/api.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { readBooks, readProviders, type Books } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { runMask } from '../network/mask-command.ts'
import { waitFor } from '../network/wait-for.ts'
import { compareWithReference, type PictureCheck } from './picture-check.ts'

const jobFolder = new URL('../../shaders/path-tracer', import.meta.url).pathname
const settleTimeoutMs = 120_000

/** Everything the demonstration found out. */
export interface DemoReport {
  readonly ok: boolean
  /** Why it is not ok; empty when it is. */
  readonly faults: readonly string[]
  readonly job: JobView
  readonly providers: readonly ProviderView[]
  readonly books: Books
  readonly picture: PictureCheck
  /** Entries of the public log that `mask audit` has found to be in order. */
  readonly auditedEntries: number
  readonly image: string
  readonly imageSha256: string
  readonly seconds: number
}

/**
 * The whole thread on this machine: a coordinator with its chain, contributors in real browsers, a real job by the
 * real command, settled and claimed.
 *
 * @param image path of the PNG to write
 * @param tell gets a line for each step
 */
export async function runDemo(options: {
  image: string
  providerCount: number
  showProgress: boolean
  tell: (line: string) => void
}): Promise<DemoReport> {
  const { image, tell } = options
  const startedMs = performance.now()
  const network = await LocalNetwork.start({ tell })
  try {
    tell(`Coordinator, chain and contracts are up at ${network.url}`)
    for (let count = 0; count < options.providerCount; count += 1) await network.addProvider()
    tell(`${options.providerCount} browsers opened the page and pressed "Start lending"`)
    const job = await runJob(network, image, options.showProgress)
    tell('Waiting for the epoch that settles the job, and for the claims')
    const providers = await waitForSettlement(network, job.id)
    const view = await new MaskClient({ baseUrl: network.url }).job(job.id).view()
    const books = await readBooks(network.url, view, providers)
    const bytes = await readFile(image)
    const picture = compareWithReference(bytes)
    tell('An auditor replays the public log')
    const audit = await auditLog(network)
    const complaints = network.providers.flatMap((provider) => provider.complaints)
    const faults = [
      ...books.faults,
      ...faultsOf(view, providers),
      ...picture.faults,
      ...audit.faults,
      ...complaints.map((complaint) => `a page complained: ${complaint}`),
    ]
    return {
      ok: faults.length === 0,
      faults,
      job: view,
      providers,
      books,
      picture,
      auditedEntries: audit.entries,
      image,
      imageSha256: createHash('sha256').update(bytes).digest('hex'),
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    }
  } finally {
    await network.stop()
  }
}

async function runJob(network: LocalNetwork, image: string, show: boolean): Promise<{ id: string }> {
  const flags = ['--url', network.url, '--key-file', network.keyFile, '--out', image, '--json']
  const outcome = await runMask(['run', jobFolder, ...flags], { show })
  if (outcome.code !== 0)
    throw new Error(`mask run ended with code ${String(outcome.code)}. ${outcome.stderr}`)
  const manifest = JSON.parse(await readFile(join(image.replace(/\.png$/, '.manifest.json')), 'utf8')) as {
    job: string
  }
  return { id: manifest.job }
}

/** `mask audit`, as anybody could run it. */
async function auditLog(network: LocalNetwork): Promise<{ entries: number; faults: string[] }> {
  const state = join(network.folder, 'audit.json')
  const places = ['--log', `${network.url}/log`, '--rpc', `${network.url}/rpc`, '--state', state]
  const { code, stdout, stderr } = await runMask(['audit', ...places, '--json'])
  if (code !== 0) return { entries: 0, faults: [`mask audit: ${stdout} ${stderr}`] }
  const { entries, epoch } = JSON.parse(stdout) as { entries: number; epoch: unknown }
  return { entries, faults: epoch === null ? ['mask audit has found no epoch in the log'] : [] }
}

async function waitForSettlement(network: LocalNetwork, id: string): Promise<ProviderView[]> {
  const job = new MaskClient({ baseUrl: network.url }).job(id)
  return waitFor('the job to be settled and claimed', settleTimeoutMs, async () => {
    const view = await job.view()
    if (view.state !== 'settled') return undefined
    const providers = await readProviders(network.url, view)
    return providers.every(
      ({ pendingWei, earnedWei, claimableWei }) => pendingWei + earnedWei + claimableWei === 0n,
    )
      ? providers
      : undefined
  })
}

function faultsOf(job: JobView, providers: readonly ProviderView[]): string[] {
  const faults: string[] = []
  if (job.units.accepted !== job.unitCount)
    faults.push(`${job.units.accepted} of ${job.unitCount} units were accepted`)
  const claimedWei = providers.reduce((sum, provider) => sum + provider.claimedWei, 0n)
  if (claimedWei !== job.chargedWei) faults.push(`claimed in all: ${claimedWei}, owed: ${job.chargedWei}`)
  return faults
}
