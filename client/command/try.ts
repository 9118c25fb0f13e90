import { mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { isGood } from '#protocol/check-task.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import { collectorOf } from '#client/sdk/collect.ts'
import { mergeJobOf } from '#client/sdk/collect/merge-job.ts'
import { mergeResults } from '#client/sdk/collect/merge-results.ts'
import { UnitLayout } from '#client/sdk/collect/unit-layout.ts'
import { completeFolder, type CompleteJob } from '#client/sdk/job-folder.ts'
import { textOf } from '#client/sdk/joined-kernel.ts'
import { localCheckOf, localSourceOf } from '#client/sdk/local-source.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { adviceOn, durationText } from '#client/command/granule-advice.ts'
import { LocalRunner } from '#client/command/local-runner.ts'
import { numbersPreview } from '#client/command/numbers-preview.ts'
import {
  openResultFile,
  orOutputFailed,
  resultEnding,
  writeWhole,
  type ResultFacts,
} from '#client/command/result-file.ts'
import type { LocalSession } from '#client/command/session.ts'
import { readFolder } from '#client/command/submit.ts'
import { tablePreview, textTable } from '#client/command/table-preview.ts'

/** What a unit gave, and the GPU's time for it. */
interface UnitTried {
  readonly unit: number
  readonly ms: number
  readonly result: Uint8Array<ArrayBuffer>
  /** What the job's verify kernel says, and the GPU's time for it; undefined where it has none. */
  readonly check: { readonly good: boolean; readonly ms: number } | undefined
}

/** `mask try`: runs a few units on this machine, as contributors will. */
export async function tryJob(
  session: LocalSession,
  path: string,
  options: { units: number; out: string | undefined },
): Promise<ExitCode> {
  const { terminal, signal, json } = session
  const job = completeFolder(await readFolder(session, path))
  await using runner = new LocalRunner(signal)
  const adapter = await runner.adapter()
  terminal.note(`Running on ${adapter}.`)
  const tried: UnitTried[] = []
  for (const unit of unitsToTry(job.plan.unitCount, options.units)) {
    const { result, gpuMs } = await runner.run(localSourceOf(job), unit, job.kernel)
    tried.push({ unit, ms: gpuMs, result, check: await checkOf(job, runner, unit, result) })
  }
  const collected = await collectedOf(job, runner, tried)
  const result = await writeCollected(job, collected, path, options.out)
  const files = [...(options.out === undefined ? [] : await writeUnits(tried, options.out))]
  const advice = adviceOn(job.manifest, tried, adapter)
  if (json) {
    const units = tried.map((one) => factsOf(job, one))
    terminal.json({ adapter, units, advice, files, result: result ?? null })
    return exitCodeOf(tried)
  }
  terminal.data(unitTable(job, tried))
  const table = tableText(job, collected)
  if (table !== undefined) terminal.note(table)
  for (const line of advice.lines) terminal.note(line)
  const bad = tried.filter(({ check }) => check?.good === false).map(({ unit }) => unit)
  if (bad.length > 0) terminal.note(badLine(job, bad), terminal.colours.red)
  for (const file of [...files, ...(result ? [result.file, ...(result.plot ? [result.plot.file] : [])] : [])])
    terminal.data(file)
  return exitCodeOf(tried)
}

async function checkOf(
  job: CompleteJob,
  runner: LocalRunner,
  unit: number,
  result: Uint8Array<ArrayBuffer>,
): Promise<UnitTried['check']> {
  const source = localCheckOf(job, unit, result)
  if (!source) return undefined
  const { result: verdict, gpuMs } = await runner.run(source, unit, job.check?.kernel)
  return { good: isGood(verdict), ms: gpuMs }
}

function exitCodeOf(tried: readonly UnitTried[]): ExitCode {
  return tried.some(({ check }) => check?.good === false) ? exitCodes.partial : exitCodes.ok
}

function badLine({ check }: CompleteJob, units: readonly number[]): string {
  const files = check?.manifest.wgsl.join(' + ') ?? 'the verify kernel'
  return `${files} says that ${units.length === 1 ? 'unit' : 'units'} ${units.join(', ')} came out bad: either it is wrong, or the kernel is.`
}

/** The first, the last, and others evenly between them. */
export function unitsToTry(unitCount: number, wanted: number): number[] {
  const count = Math.min(wanted, unitCount)
  if (count === 1) return [0]
  return Array.from({ length: count }, (_, index) => Math.round((index * (unitCount - 1)) / (count - 1)))
}

/** What a collector takes: the units, or what they were merged into. */
async function collectedOf(
  { manifest, files }: CompleteJob,
  runner: LocalRunner,
  tried: readonly UnitTried[],
) {
  const { reduce } = manifest.collect
  if (!reduce) return tried
  const layout = new UnitLayout(manifest, 'unit by unit')
  const parts = tried.map(({ unit, result }) => layout.partOf(unit, result))
  const job = mergeJobOf(manifest, textOf(files, reduce.wgsl))
  const merged = await mergeResults(job, parts, tried.length, (source, unit) => runner.run(source, unit))
  return merged ? [{ unit: 0, result: merged }] : []
}

type Collectable = readonly { readonly unit: number; readonly result: Uint8Array }[]

/**
 * Writes what these units make of the job's result: a picture always, into the current folder where there is no
 * `--out`. Bytes and arrays would be zeros but for a few places, so of them there are the units alone.
 */
async function writeCollected(
  { manifest, list }: CompleteJob,
  collected: Collectable,
  path: string,
  out: string | undefined,
): Promise<ResultFacts | undefined> {
  const { kind, reduce } = manifest.collect
  const worthwhile = kind === 'image' || (out !== undefined && (kind === 'table' || reduce !== undefined))
  if (!worthwhile) return undefined
  const ending = resultEnding(manifest)
  if (out !== undefined) await orOutputFailed(out, () => mkdir(out, { recursive: true }))
  const place = out === undefined ? `${basename(resolve(path))}.try${ending}` : join(out, `result${ending}`)
  const file = await openResultFile(manifest, list, place)
  try {
    for (const { unit, result } of collected) await file.add(unit, result)
    return await file.finish()
  } catch (error) {
    await file.discard()
    throw error
  }
}

async function writeUnits(tried: readonly UnitTried[], out: string): Promise<string[]> {
  await orOutputFailed(out, () => mkdir(out, { recursive: true }))
  const files = tried.map(({ unit, result }) => ({ file: join(out, `unit-${unit}.bin`), result }))
  for (const { file, result } of files) await writeWhole(file, result)
  return files.map(({ file }) => file)
}

function unitTable(job: CompleteJob, tried: readonly UnitTried[]): string {
  const checked = job.check ? ['check', 'its time'] : []
  const table = textTable(['unit', 'GPU time', ...checked, 'bytes', 'SHA-256', 'begins with'])
  for (const one of tried) {
    const { unit, ms, bytes, sha256, preview, check } = factsOf(job, one)
    const verdict = check ? [check.good ? 'good' : 'bad', durationText(check.ms)] : []
    table.push([unit, durationText(ms), ...verdict, bytes, `${sha256.slice(0, 18)}…`, preview])
  }
  return table.toString()
}

function factsOf({ manifest }: CompleteJob, { unit, ms, result, check }: UnitTried) {
  const preview = numbersPreview(manifest, unit, result)
  return { unit, ms, bytes: result.length, sha256: resultDigestOf(result), preview, ...(check && { check }) }
}

function tableText({ manifest, list }: CompleteJob, results: Collectable): string | undefined {
  if (manifest.collect.kind !== 'table') return undefined
  const collector = collectorOf(manifest, list)
  for (const { unit, result } of results) collector.add(unit, result)
  return collector.collected.kind === 'table' ? tablePreview(collector.collected.table) : undefined
}
