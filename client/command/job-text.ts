import Table from 'cli-table3'
import type { JobState, JobView } from '#protocol/api.ts'
import { formatMask } from '#protocol/money.ts'
import { maskRange } from '#client/command/amount-text.ts'

const stateTexts: Record<JobState, string> = {
  awaitingFunds: 'waiting for its funds to arrive in the escrow',
  running: 'running',
  finished: 'finished, not yet settled',
  settled: 'settled: paid out, and the rest refunded',
}

/** The state in words. */
export function stateText(view: JobView): string {
  const { state, control } = view
  if (control === 'none' || state === 'settled') return stateTexts[state]
  if (control === 'paused') return state === 'finished' ? stateTexts[state] : `paused; ${stateTexts[state]}`
  return state === 'finished' ? 'cancelled, not yet settled' : 'cancelled; what has been begun is finished'
}

/** Where the units are, without what is zero: `12 queued, 3 leased, 44 accepted`. */
export function unitsText(view: JobView): string {
  const parts = Object.entries(view.units).filter(([, count]) => count > 0)
  return parts.map(([condition, count]) => `${count} ${condition}`).join(', ')
}

/** Units decided for good: accepted, failed or cancelled. */
export function decidedUnits({ units }: JobView): number {
  return units.accepted + units.failed + units.cancelled
}

/** How each unit of a job is checked. */
export function checksText(quorum: number): string {
  return quorum === 1 ? 'checked as the public beacon draws' : `each checked by ${quorum} agreeing results`
}

/** What a job of this plan will cost: of audited units the checks that the beacon draws come on top. */
export function costRangeText({
  unitPriceWei,
  unitCount,
  costWei,
}: Pick<JobView, 'unitPriceWei' | 'unitCount' | 'costWei'>): string {
  return maskRange(unitPriceWei * BigInt(unitCount), costWei)
}

/** What a job that goes on has cost so far. */
export function chargedText({ chargedWei, provisionalWei }: JobView): string {
  const provisional = provisionalWei > 0n ? `, ${formatMask(provisionalWei)} more provisionally` : ''
  return `${formatMask(chargedWei)} MASK charged so far${provisional}`
}

/** A job at a glance, for people. */
export function jobSummary(view: JobView): string {
  const lines: [string, string][] = [
    ['job', view.id],
    ['name', view.name],
    ['state', stateText(view)],
    ['units', decidedText(view)],
    ['checked', checkedText(view)],
    ['time', timeText(view)],
    ['cost', costText(view)],
  ]
  const text = lines.map(([name, value]) => `${name.padEnd(9)}${value}`).join('\n')
  return view.providers.length === 0 ? text : `${text}\n\n${providerTable(view)}`
}

function decidedText({ units, unitCount }: JobView): string {
  const { accepted, failed, provisional, cancelled } = units
  const more = [
    ...(provisional > 0 ? [`${provisional} provisional`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ]
  return [`${accepted} of ${unitCount} accepted`, `${failed} failed`, ...more].join(', ')
}

function checkedText(view: JobView): string {
  const { quorum, assignments, refusedResults, disputes } = view
  const how = quorum === 1 ? 'as the public beacon draws' : `by ${quorum} agreeing results a unit`
  return `${how}: ${assignments} attempts, ${refusedResults} results refused, ${disputes} units in dispute`
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
