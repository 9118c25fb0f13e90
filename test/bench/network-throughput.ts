import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MaskClient } from '#client/sdk/mask-client.ts'
import type { JobId } from '#protocol/ids.ts'
import type { LocalNetwork } from '#test/network/local-network.ts'
import { runMask } from '#test/network/mask-command.ts'
import { writeSpinJob } from './spin-kernel.ts'

const lookMs = 50
const endMs = 300_000

/** Runs a job of one unit to its end. */
export async function runOneUnit(network: LocalNetwork, turns: number): Promise<void> {
  await acceptances(network, await submitSpinJob(network, turns, 1), 1)
}

/**
 * Milliseconds a unit through the whole network, in the middle of a job of `units` units: leased, fetched, verified,
 * computed, committed, revealed, taken (for now: one tab alone is never believed for good).
 */
export async function networkMsPerUnit(network: LocalNetwork, turns: number, units: number): Promise<number> {
  return middleOf(await acceptances(network, await submitSpinJob(network, turns, units), units), units)
}

async function submitSpinJob(network: LocalNetwork, turns: number, units: number): Promise<JobId> {
  const folder = await writeSpinJob(join(network.folder, `spin-${turns}-${units}`), turns, units)
  const outcome = await runMask(['submit', folder, '--url', network.url, '--key-file', network.keyFile])
  const id = /0x[0-9a-f]{64}/.exec(outcome.stdout)?.[0]
  if (id === undefined) throw new Error(`mask submit ended with ${String(outcome.code)}: ${outcome.stderr}`)
  return id as JobId
}

interface Look {
  readonly atMs: number
  readonly accepted: number
}

async function acceptances(network: LocalNetwork, id: JobId, units: number): Promise<Look[]> {
  const job = new MaskClient({ baseUrl: network.url }).job(id)
  const looks: Look[] = []
  const beginMs = performance.now()
  for (;;) {
    const view = await job.view()
    const { provisional, failed } = view.units
    // One tab alone is never final: a result counts once it is revealed, compared with nothing yet.
    const accepted = view.units.accepted + provisional
    looks.push({ atMs: performance.now(), accepted })
    if (accepted >= units) return looks
    if (failed > 0) throw new Error(`${failed} units failed`)
    if (performance.now() - beginMs > endMs) throw new Error(`${accepted} of ${units} units in ${endMs} ms`)
    await pause(lookMs)
  }
}

/** The slope between a fifth and nineteen twentieths: neither the start nor the last stragglers. */
function middleOf(looks: readonly Look[], units: number): number {
  const first = looks.find(({ accepted }) => accepted >= units * 0.2)
  const last = looks.find(({ accepted }) => accepted >= units * 0.95)
  if (!first || !last || last.accepted === first.accepted)
    throw new Error('the job went too fast to be measured: give it more units')
  return (last.atMs - first.atMs) / (last.accepted - first.accepted)
}
