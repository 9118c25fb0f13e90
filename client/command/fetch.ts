import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JobView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import { isOver, type Job } from '#client/sdk/job.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import type { UnitMap } from '#client/sdk/unit-map.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { LocalRunner } from '#client/command/local-runner.ts'
import { openMergedFile } from '#client/command/merged-file.ts'
import {
  openResultFile,
  orOutputFailed,
  resultEnding,
  writeWhole,
  type ResultFacts,
  type ResultFile,
} from '#client/command/result-file.ts'
import type { Session } from '#client/command/session.ts'
import { tablePreview } from '#client/command/table-preview.ts'
import { toJson } from '#client/command/terminal.ts'
import { exitCodeOf } from '#client/command/watch.ts'

/** Where a job's result goes. */
export interface ResultPlaces {
  readonly result: string
  readonly manifest: string
}

/** `mask fetch`: writes the result and its `manifest.json` into a folder. */
export async function fetchJob(
  session: Session,
  id: string,
  options: { out: string; partial: boolean },
): Promise<ExitCode> {
  const job = session.mask.job(id)
  await session.mask.network(session)
  const { view, units } = await job.snapshot(session)
  if (!isOver(view.state) && !options.partial) throw unfinished(view)
  const { manifest } = await job.spec(session)
  const places = {
    result: join(options.out, `result${resultEnding(manifest)}`),
    manifest: join(options.out, 'manifest.json'),
  }
  const written = await writeResult(session, job, view, units, places)
  tell(session, written, places)
  const failed = exitCodeOf(session, { view, failed: units.in('failed') })
  return view.units.accepted === view.unitCount ? failed : exitCodes.partial
}

/** Says what was written: the files, or with `--json` the manifest. */
export function tell({ terminal, json }: Session, written: Written, places: ResultPlaces): void {
  if (json) terminal.json(written)
  else {
    const { plot } = written.result
    const files = [places.result, ...(plot ? [plot.file] : []), places.manifest]
    for (const file of files) terminal.data(file)
  }
}

/**
 * Fetches what is accepted and writes the result and its manifest. What is missing is zero in the result, transparent
 * in an image, left out of a table and of what is merged.
 */
export async function writeResult(
  session: Session,
  job: Job,
  view: JobView,
  units: UnitMap,
  places: ResultPlaces,
): Promise<Written> {
  const { signal, terminal } = session
  await orOutputFailed(places.result, () => mkdir(dirname(places.result), { recursive: true }))
  const digests = new Array<Hex | null>(view.unitCount).fill(null)
  await using runner = new LocalRunner(signal)
  const file = await openFile(session, job, runner, places.result)
  let result: ResultFacts
  try {
    for await (const { unit, bytes } of job.results({ signal, wait: false })) {
      digests[unit] = resultDigestOf(bytes)
      await file.add(unit, bytes)
    }
    result = await file.finish()
  } catch (error) {
    await file.discard()
    throw error
  }
  const description = describe(view, units, result)
  await writeWhole(places.manifest, `${toJson({ ...description, unitSha256: digests }, 2)}\n`)
  if (file.table && terminal.interactive) terminal.note(tablePreview(file.table))
  return description
}

/** The file for a job's result, by way of this machine's GPU where the units are merged first. */
async function openFile(
  { signal }: Session,
  job: Job,
  runner: LocalRunner,
  path: string,
): Promise<ResultFile> {
  const { manifest } = await job.spec({ signal })
  const list = manifest.collect.kind === 'table' ? await job.list({ signal }) : undefined
  const kernel = await job.mergeKernel({ signal })
  const file = await openResultFile(manifest, list, path)
  if (kernel === undefined) return file
  try {
    return await openMergedFile(manifest, kernel, (source, unit) => runner.run(source, unit), file, path)
  } catch (error) {
    await file.discard()
    throw error
  }
}

type Written = ReturnType<typeof describe>

/** The manifest beside a result: enough to show later what was computed, by whose agreement and at what cost. */
function describe(view: JobView, units: UnitMap, result: ResultFacts) {
  const { id, spec, name, requester, state, quorum, assignments, refusedResults, disputes, providers } = view
  return {
    job: id,
    spec,
    name,
    requester,
    state,
    complete: view.units.accepted === view.unitCount,
    result,
    units: { total: view.unitCount, ...view.units, failedUnits: units.in('failed') },
    verification: { quorum, assignments, refusedResults, disputes },
    cost: {
      unitPriceWei: view.unitPriceWei,
      budgetWei: view.budgetWei,
      chargedWei: view.chargedWei,
      refundedWei: view.refundedWei,
    },
    times: {
      createdAtMs: view.createdAtMs,
      startedAtMs: view.startedAtMs,
      finishedAtMs: view.finishedAtMs,
      meanMs: view.meanMs,
    },
    providers,
  }
}

function unfinished(view: JobView): MaskError {
  const message = `The job is not finished: ${view.units.accepted} of ${view.unitCount} units are accepted.`
  return new MaskError('jobUnfinished', message, {
    where: view.id,
    next: `Wait with \`mask watch ${view.id}\`, or take what there is with --partial.`,
    retryable: true,
  })
}
