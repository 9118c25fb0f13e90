import type { CompleteManifest, CompleteStep } from '#protocol/complete-manifest.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'
import { guardReportBytes } from '#protocol/wgsl/loop-guard.ts'
import type { Position } from '#protocol/wgsl/reflection.ts'
import type { ChildGuard } from '#runner/dawn/child-messages.ts'
import type { JobSource } from '#runner/job-source.ts'

/** A job whose loops stop when their turns are spent, and which says so in one more result. */
export interface GuardedJob {
  readonly source: JobSource
  /** The loop that was stopped, if one was, and the job's own result. */
  read(result: Uint8Array<ArrayBuffer>): {
    readonly stopped: Position | undefined
    readonly result: Uint8Array<ArrayBuffer>
  }
}

/**
 * The job with the guarded kernel in place of its own, and the guard's report bound where the guard wants it;
 * `undefined` where a result has no room left for the report.
 */
export function guardedJob(source: JobSource, guard: ChildGuard): GuardedJob | undefined {
  const { manifest } = source
  const name = freeName(manifest)
  const place = `${guard.report.group}.${guard.report.binding}`
  const bindReport = (step: CompleteStep): CompleteStep => {
    if ('do' in step) return { ...step, do: step.do.map(bindReport) }
    if (!('entry' in step) || !guard.entries.includes(step.entry)) return step
    return { ...step, bind: { ...step.bind, [place]: name } }
  }
  const guarded: CompleteManifest = {
    ...manifest,
    buffers: { ...manifest.buffers, [name]: { bytes: guardReportBytes, init: 'zero', result: true } },
    passes: manifest.passes.map(bindReport),
    verify: { ...manifest.verify, [name]: { compare: 'exact' } },
  }
  const parts = resultPartsOf(guarded, unitSpanOf(guarded, 0).count)
  if (parts.reduce((sum, { bytes }) => sum + bytes, 0) > limits.resultBytesMax) return undefined
  const index = parts.findIndex((part) => part.name === name)
  const begin = parts.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    source: {
      // A runner keeps what it has compiled under a key.
      key: `${source.key}, at most ${guard.turnsMax} turns`,
      manifest: guarded,
      wgsl: guard.source,
      loadInput: (input) => source.loadInput(input),
      loadSlice: (input, from, to) => source.loadSlice(input, from, to),
      loadList: () => source.loadList(),
    },
    read(result) {
      const number = new DataView(result.buffer, result.byteOffset).getUint32(begin, true)
      const own = new Uint8Array(result.length - guardReportBytes)
      own.set(result.subarray(0, begin))
      own.set(result.subarray(begin + guardReportBytes), begin)
      return { stopped: guard.loops[number - 1], result: own }
    },
  }
}

/** A name that nothing of the job has. */
function freeName({ buffers, textures, samplers }: CompleteManifest): string {
  let name = 'guardReport'
  while ([buffers, textures, samplers].some((kind) => Object.hasOwn(kind, name))) name += '_'
  return name
}
