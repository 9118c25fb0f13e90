import Table from 'cli-table3'
import colours from 'picocolors'
import { formatMask } from '#protocol/money.ts'
import type { DemoReport } from './demo.ts'

/** The demonstration's facts as one JSON object; sums in wei as decimal strings. */
export function reportAsJson(report: DemoReport): Record<string, unknown> {
  const { job, books } = report
  return {
    ok: report.ok,
    faults: report.faults,
    job: job.id,
    units: job.unitCount,
    accepted: job.units.accepted,
    assignments: job.assignments,
    quorum: job.quorum,
    disputes: job.disputes,
    refusedResults: job.refusedResults,
    unitPriceWei: `${job.unitPriceWei}`,
    unitPayWei: `${job.unitPayWei}`,
    providers: report.providers.map(({ id, accepted, pendingWei, earnedWei, claimableWei, claimedWei }) => ({
      id,
      accepted,
      pendingWei: `${pendingWei}`,
      earnedWei: `${earnedWei}`,
      claimableWei: `${claimableWei}`,
      claimedWei: `${claimedWei}`,
      balanceWei: `${books.balances.get(id) ?? 0n}`,
    })),
    fundedWei: `${books.fundedWei}`,
    chargedWei: `${books.chargedWei}`,
    refundedWei: `${books.refundedWei}`,
    escrowBalanceWei: `${books.escrowBalanceWei}`,
    settlementBalanceWei: `${books.settlementBalanceWei}`,
    meanMs: job.meanMs,
    referencePixels: {
      checked: report.picture.pixelsChecked,
      disagreeing: report.picture.pixelsDisagreeing,
      largestSteps: report.picture.largestSteps,
    },
    auditedEntries: report.auditedEntries,
    image: report.image,
    imageSha256: report.imageSha256,
    seconds: report.seconds,
  }
}

/** Lines around the table and under its head only, without colours, so that it reads the same in a file. */
const plain = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
}

/** The same for a person. */
export function reportAsText(report: DemoReport): string {
  const { job, books, picture } = report
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`
  const mask = (wei: bigint) => `${formatMask(wei)} MASK`
  const facts = new Table({ ...plain, head: ['Job', job.name] })
  facts.push(
    ['Units accepted', `${job.units.accepted} of ${job.unitCount}`],
    ['Replicas', `${job.assignments} assignments, quorum of ${job.quorum}`],
    ['Disputes, refused results', `${job.disputes}, ${job.refusedResults}`],
    [
      'A unit, on average',
      `queued ${seconds(job.meanMs.queue)} · run ${seconds(job.meanMs.run)} · verify ${seconds(job.meanMs.verify)}`,
    ],
    [
      'Picture',
      `${report.image}, ${picture.pixelsChecked - picture.pixelsDisagreeing} of ${picture.pixelsChecked} sampled pixels as the CPU reference has them`,
    ],
    ['Whole time', `${report.seconds} s`],
  )
  const pay = new Table({
    ...plain,
    head: ['Provider', 'units', 'earned', 'in its wallet'],
    colAligns: ['left', 'right', 'right', 'right'],
  })
  for (const { id, accepted } of report.providers)
    pay.push([id, accepted, mask(job.unitPayWei * BigInt(accepted)), mask(books.balances.get(id) ?? 0n)])
  const money = new Table({ ...plain, head: ['Contracts', 'MASK'], colAligns: ['left', 'right'] })
  money.push(
    ['funded by the requester', formatMask(books.fundedWei)],
    [`charged: ${job.units.accepted} units × ${formatMask(job.unitPriceWei)}`, formatMask(books.chargedWei)],
    ['refunded to the requester', formatMask(books.refundedWei)],
    ['left in the escrow', formatMask(books.escrowBalanceWei)],
    ['left in the settlement', formatMask(books.settlementBalanceWei)],
  )
  const verdict = report.ok
    ? colours.green('Everything adds up.')
    : colours.red(`Not in order:\n${report.faults.map((fault) => `  - ${fault}`).join('\n')}`)
  return [facts, pay, money].map((table) => table.toString()).join('\n') + `\n${verdict}\n`
}
