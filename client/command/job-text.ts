import Table from 'cli-table3'
import type { JobState, JobView } from '#protocol/api.ts'
import { formatMask } from '#protocol/money.ts'

const stateTexts: Record<JobState, string> = {
  awaitingFunds: 'waiting for its funds to arrive in the escrow',
  running: 'running',
  finished: 'finished, not yet settled',
  settled: 'settled: paid out, and the rest refunded',
}

/** The state in words. */
export function stateText(view: JobView): string {
  return stateTexts[view.state]
}

/** Where the units are, without what is zero: `12 queued, 3 leased, 44 accepted`. */
export function unitsText(view: JobView): string {
  const parts = Object.entries(view.units).filter(([, count]) => count > 0)
  return parts.map(([condition, count]) => `${count} ${condition}`).join(', ')
}

/** Units decided for good: accepted or failed. */
export function decidedUnits(view: JobView): number {
  return view.units.accepted + view.units.failed
}

/** A job at a glance, for people. */
export function jobSummary(view: JobView): string {
  const lines: [string, string][] = [
    ['job', view.id],
    ['name', view.name],
    ['state', stateText(view)],
    ['units', `${view.units.accepted} of ${view.unitCount} accepted, ${view.units.failed} failed`],
    ['checked', checkedText(view)],
    ['time', timeText(view)],
    ['cost', costText(view)],
  ]
  const text = lines.map(([name, value]) => `${name.padEnd(9)}${value}`).join('\n')
  return view.providers.length === 0 ? text : `${text}\n\n${providerTable(view)}`
}

function checkedText(view: JobView): string {
  const { quorum, assignments, refusedResults, disputes } = view
  return `by ${quorum} agreeing results a unit: ${assignments} attempts, ${refusedResults} results refused, ${disputes} units in dispute`
}

function timeText(view: JobView): string {
  const { queue, run, verify } = view.meanMs
  const mean = `a unit on average: ${seconds(queue)} waiting, ${seconds(run)} running, ${seconds(verify)} in verification`
  if (view.startedAtMs === null || view.finishedAtMs === null) return mean
  return `${seconds(view.finishedAtMs - view.startedAtMs)} in all; ${mean}`
}

function costText(view: JobView): string {
  const charged = `${formatMask(view.chargedWei)} MASK of a budget of ${formatMask(view.budgetWei)}`
  return view.refundedWei > 0n ? `${charged}; ${formatMask(view.refundedWei)} came back` : charged
}

function providerTable(view: JobView): string {
  const table = new Table({
    head: ['provider', 'accepted', 'refused', 'earned MASK'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { id, accepted, refused, earnedWei } of view.providers)
    table.push([id, accepted, refused, formatMask(earnedWei)])
  return table.toString()
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}
