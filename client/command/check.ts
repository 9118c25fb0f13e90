import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { formatMask } from '#protocol/money.ts'
import { inspectJob } from '#runner/dawn/inspect-job.ts'
import { completeFolder, packComplete, type CompleteJob, type PackedJob } from '#client/sdk/job-folder.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { jobError } from '#client/command/job-error.ts'
import { checksText, costRangeText } from '#client/command/job-text.ts'
import { compileHere } from '#client/command/local-runner.ts'
import type { LocalSession } from '#client/command/session.ts'
import { readFolder } from '#client/command/submit.ts'
import { textTable } from '#client/command/table-preview.ts'

/** `mask check`: everything that can be known of a job before anything runs. */
export async function check(session: LocalSession, path: string): Promise<ExitCode> {
  const { terminal, signal } = session
  const job = completeFolder(await readFolder(session, path))
  const packed = packComplete(job)
  inspect(job)
  const uncompiled = await compileHere(job, signal)
  if (session.json) terminal.json(factsOf(job, packed, uncompiled))
  else {
    for (const line of reportOf(job, packed)) terminal.data(line)
    if (uncompiled === undefined) terminal.note('The kernel compiles.', terminal.colours.green)
    else terminal.note(`The kernel was not compiled. ${uncompiled}`, terminal.colours.yellow)
    terminal.note(`Run some units on this machine with: mask try ${path}`)
  }
  return exitCodes.ok
}

/** What the coordinator will look at: whether contributors' devices can have what the job needs. */
function inspect({ manifest, kernel, inputs, list, check }: CompleteJob): void {
  const inputBytes = new Map([...inputs].map(([name, { length }]) => [name, length]))
  for (const part of [{ manifest, kernel }, ...(check ? [check] : [])])
    try {
      inspectJob(part.manifest, part.kernel.text, { inputBytes, list })
    } catch (error) {
      throw jobError(error, part.kernel, 'job.json')
    }
}

function reportOf(job: CompleteJob, packed: PackedJob): string[] {
  const { inferred, plan } = job
  const table = textTable(['inferred', 'as'])
  for (const { where, what } of inferred) table.push([where, what])
  const parts = resultPartsOf(job.manifest, unitSpanOf(job.manifest, 0).count)
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const named = parts.map(({ name, bytes }) => `${name} ${bytes}`).join(' + ')
  const files = packed.files.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')
  return [
    ...(inferred.length > 0 ? [table.toString(), ''] : []),
    `units    ${plan.unitCount}, ${verificationOf(job)}`,
    `result   ${total} bytes a unit (${named})`,
    `data     ${storedBytesOf(packed)} bytes to store (${files})`,
    `cost     ${costRangeText(plan)}, ${formatMask(plan.unitPriceWei)} a unit; the budget is ${formatMask(plan.budgetWei)}`,
  ]
}

/** How a unit's result comes to be believed. */
function verificationOf({ check, plan }: CompleteJob): string {
  if (check) return `each computed once and checked by ${check.manifest.wgsl.join(' + ')} on another device`
  return checksText(plan.quorum)
}

function factsOf(job: CompleteJob, packed: PackedJob, uncompiled: string | undefined) {
  const { manifest, inferred, plan } = job
  const bytesOf = (unit: number) => resultPartsOf(manifest, unitSpanOf(manifest, unit).count)
  return {
    name: manifest.name,
    spec: packed.specId,
    inferred,
    plan,
    results: bytesOf(0).map(({ name, bytes, comparator }) => ({ name, bytes, comparator })),
    storedBytes: storedBytesOf(packed),
    files: packed.files.map(({ name, bytes }) => ({ name, bytes })),
    compiled: uncompiled === undefined,
    ...(uncompiled !== undefined && { uncompiled }),
  }
}

function storedBytesOf({ files }: PackedJob): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}
