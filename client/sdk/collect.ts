import { unreachable } from '#protocol/assert.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { UnitList } from '#protocol/unit-list.ts'
import { arrayOf, checkArray } from '#client/sdk/collect/array.ts'
import type { Collected, Collector } from '#client/sdk/collect/collected.ts'
import { checkImage, collectImage } from '#client/sdk/collect/image.ts'
import { checkTable, collectTable } from '#client/sdk/collect/table.ts'
import { tooLargeToHold, UnitLayout, collectInvalid } from '#client/sdk/collect/unit-layout.ts'
import { withoutRefusals } from '#client/sdk/mask-error.ts'

/** A stranger's manifest could ask for more memory than there is. */
const bytesMax = 2 ** 29

export type { Collected, Collector } from '#client/sdk/collect/collected.ts'

/**
 * The collector a manifest asks for. Where it asks to `reduce`, that takes the one merged result as unit 0:
 * `mergeResults` makes it.
 *
 * @param list `job.list()`, where the units are a list: a table's rows begin with it.
 * @throws {MaskError} `resultTooLarge` when the whole does not fit into memory: use `job.results()` piece by piece.
 * @example
 * const collector = collectorOf(manifest)
 * for await (const { unit, bytes } of job.results()) collector.add(unit, bytes)
 */
export function collectorOf(manifest: CompleteManifest, list?: UnitList): Collector {
  return withoutRefusals(() => {
    const { collect } = manifest
    const layout = collectedLayoutOf(manifest)
    switch (collect.kind) {
      case 'image':
        return collectImage(collect, layout)
      case 'array':
        return collectBytes(layout, (bytes) => ({
          kind: 'array',
          bytes,
          ...arrayOf(collect, bytes.length),
        }))
      case 'table':
        return collectTable(manifest, collect, layout, list)
      case 'raw':
        return collectBytes(layout, (bytes) => ({ kind: 'raw', bytes }))
      default:
        return unreachable(collect)
    }
  })
}

/**
 * Checks before anybody pays that the results will fit together.
 *
 * @throws {MaskError} `manifestInvalid` or `resultTooLarge`
 */
export function checkCollect(manifest: CompleteManifest): void {
  withoutRefusals(() => {
    const { collect } = manifest
    const units = new UnitLayout(manifest, 'unit by unit')
    if (collect.reduce && units.partBytesOf(units.unitCount - 1) !== units.partBytesOf(0))
      throw collectInvalid(
        'collect.reduce',
        'the last unit has another size than the others, and only equals can be merged',
        'Let the granule divide the range, or let the size not depend on $unit.count.',
      )
    const layout = collectedLayoutOf(manifest)
    switch (collect.kind) {
      case 'image':
        checkImage(manifest, collect, layout)
        return
      case 'array':
        checkArray(collect, layout)
        return
      case 'table':
        checkTable(manifest, collect, layout)
        return
      case 'raw':
        return
      default:
        unreachable(collect)
    }
  })
}

/** Where the bytes of each unit lie in what is collected. */
export function collectedLayoutOf(manifest: CompleteManifest): UnitLayout {
  return new UnitLayout(manifest, manifest.collect.reduce ? 'merged' : 'unit by unit')
}

function collectBytes(
  layout: UnitLayout,
  collectedOf: (bytes: Uint8Array<ArrayBuffer>) => Collected,
): Collector {
  const { bytesTotal } = layout
  if (bytesTotal > bytesMax) throw tooLargeToHold(`${bytesTotal} bytes`)
  const whole = new Uint8Array(bytesTotal)
  return {
    collected: collectedOf(whole),
    add(unit, result) {
      whole.set(layout.partOf(unit, result), layout.offsetOf(unit))
    },
  }
}
