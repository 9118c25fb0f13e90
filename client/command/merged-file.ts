import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { mergeJobOf } from '#client/sdk/collect/merge-job.ts'
import { mergeResults, type RunUnit } from '#client/sdk/collect/merge-results.ts'
import { UnitLayout } from '#client/sdk/collect/unit-layout.ts'
import { MaskError, messageOf, withoutRefusals } from '#client/sdk/mask-error.ts'
import { orOutputFailed, stemOf, type ResultFile } from '#client/command/result-file.ts'

/**
 * A result that is merged from all units before it is written. Until then they wait on disk; when this machine cannot
 * merge them, they stay there, one after the other.
 *
 * @param into takes the one merged result as unit 0.
 */
export async function openMergedFile(
  manifest: CompleteManifest,
  kernel: string,
  run: RunUnit,
  into: ResultFile,
  path: string,
): Promise<ResultFile> {
  const job = withoutRefusals(() => mergeJobOf(manifest, kernel))
  const layout = new UnitLayout(manifest, 'unit by unit')
  const waiting = `${path}.unmerged.part`
  const kept = `${stemOf(path)}.unmerged.bin`
  const handle = await orOutputFailed(path, () => open(waiting, 'w+'))
  const units = new Set<number>()
  const merge = async () => {
    try {
      return await mergeResults(job, partsIn(handle, layout, units), units.size, run)
    } catch (cause) {
      await handle.close()
      await rename(waiting, kept)
      throw mergeFailed(kept, units.size, cause)
    }
  }
  return {
    table: into.table,
    add: (unit, result) =>
      orOutputFailed(waiting, async () => {
        const part = layout.partOf(unit, result)
        await handle.write(part, 0, part.length, layout.offsetOf(unit))
        units.add(unit)
      }),
    async finish() {
      const merged = await merge()
      if (merged) await into.add(0, merged)
      const facts = await into.finish()
      await handle.close()
      await rm(waiting)
      return facts
    },
    async discard() {
      await into.discard()
      await handle.close()
      await rm(waiting, { force: true })
    },
  }
}

/** The units that are there, in order. */
async function* partsIn(handle: FileHandle, layout: UnitLayout, units: ReadonlySet<number>) {
  for (const unit of [...units].sort((one, other) => one - other)) {
    const part = new Uint8Array(layout.partBytesOf(unit))
    await handle.read(part, 0, part.length, layout.offsetOf(unit))
    yield part
  }
}

function mergeFailed(kept: string, count: number, cause: unknown): MaskError {
  const { next, faults } = cause instanceof MaskError ? cause : {}
  return new MaskError('mergeFailed', `The results of ${count} units are not merged: ${messageOf(cause)}`, {
    where: kept,
    next: `${next ?? 'Fetch again on a machine with a GPU.'} Unmerged, they are kept in that file, unit after unit.`,
    faults: faults ?? [],
    cause,
  })
}
