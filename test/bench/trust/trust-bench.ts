import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Report } from '#test/laboratory/report.ts'
import { cellOf, type Cell } from './trust-cell.ts'
import type { TrustRun } from './trust-run-program.ts'

export const comparedSchemes = ['mask', 'quorum2', 'mfirst', 'boinc', 'poco', 'sarmenta'] as const
export const shares = [0, 0.1, 0.2, 0.3, 0.4] as const
/** Few providers who stay long, so that long lives fit into a run. */
const slots = 20

export interface TrustFigures {
  readonly seeds: number
  readonly units: number
  readonly slots: number
  readonly cells: readonly Cell[]
}

/** Every scheme under the same mixed population, at every share of cheats, with so many seeds each. */
export async function measureTrust(
  { seeds, units }: { readonly seeds: number; readonly units: number },
  tell: (line: string) => void,
): Promise<TrustFigures> {
  const runs = comparedSchemes.flatMap((schemeName) =>
    shares.flatMap((f) =>
      Array.from({ length: seeds }, (_, index): TrustRun => ({
        schemeName,
        f,
        seed: index + 1,
        units,
        slots,
      })),
    ),
  )
  const reports = await runAll(runs, tell)
  const cells = comparedSchemes.flatMap((scheme) =>
    shares.map((f) =>
      cellOf(
        scheme,
        f,
        reports.filter((one) => one.scheme === scheme && one.f === f),
      ),
    ),
  )
  return { seeds, units, slots, cells }
}

/** Runs on all cores; the reports come in the order of the runs, whoever is ready first. */
async function runAll(runs: readonly TrustRun[], tell: (line: string) => void): Promise<Report[]> {
  const reports: Report[] = []
  let next = 0
  let done = 0
  const work = async () => {
    const worker = new Worker(new URL('./trust-run-program.ts', import.meta.url))
    try {
      for (let place = next++; place < runs.length; place = next++) {
        const run = runs[place]
        if (!run) break
        reports[place] = await answerOf(worker, run)
        done += 1
        if (done % 20 === 0 || done === runs.length) tell(`${done} of ${runs.length} runs`)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, work))
  return reports
}

function answerOf(worker: Worker, run: TrustRun): Promise<Report> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (report: Report) => {
      worker.off('error', reject)
      resolve(report)
    })
    worker.postMessage(run)
  })
}
