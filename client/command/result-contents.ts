import type { FileHandle } from 'node:fs/promises'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'fast-png'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { UnitList } from '#protocol/unit-list.ts'
import { collectedLayoutOf, collectorOf } from '#client/sdk/collect.ts'
import { arrayOf, npyHeaderOf, type NumberArray } from '#client/sdk/collect/array.ts'
import { csvOf } from '#client/sdk/collect/csv.ts'
import { drawTable } from '#client/sdk/collect/plot.ts'
import type { Table } from '#client/sdk/collect/collected.ts'
import type { UnitLayout } from '#client/sdk/collect/unit-layout.ts'

/** What is known of a file once it is written. */
export interface ContentFacts {
  readonly bytes: number
  readonly sha256: Hex
  /** The digest of the 8-bit RGBA pixels does not depend on how the PNG was compressed. */
  readonly image?: { readonly width: number; readonly height: number; readonly rgbaSha256: Hex }
  readonly array?: NumberArray
  readonly table?: { readonly columns: readonly string[]; readonly rows: number }
}

/** A result on its way into a file of its kind. */
export interface ResultContents {
  add(unit: number, result: Uint8Array): Promise<void> | void
  write(): Promise<ContentFacts>
  /** The rows, where the result is a table. */
  readonly table?: Table
  /** What is drawn of it, as SVG, where the manifest asks for that. */
  draw?(): Promise<string>
}

/** The contents that a manifest asks for, written to `handle`. */
export function contentsOf(
  manifest: CompleteManifest,
  list: UnitList | undefined,
  handle: FileHandle,
): ResultContents {
  const { collect } = manifest
  const layout = collectedLayoutOf(manifest)
  switch (collect.kind) {
    case 'image':
      return imageContents(manifest, handle)
    case 'table':
      return tableContents(manifest, list, handle)
    case 'array': {
      const array = arrayOf(collect, layout.bytesTotal)
      return streamedContents(layout, handle, npyHeaderOf(array), { array })
    }
    case 'raw':
      return streamedContents(layout, handle, new Uint8Array(), {})
  }
}

function imageContents(manifest: CompleteManifest, handle: FileHandle): ResultContents {
  const collector = collectorOf(manifest)
  return {
    add: (unit, result) => {
      collector.add(unit, result)
    },
    write: async () => {
      const { collected } = collector
      if (collected.kind !== 'image')
        throw new Error('broken assumption: an image collector collects an image')
      const { width, height, rgba } = collected
      const png = encode({ width, height, data: rgba, channels: 4, depth: 8 })
      await handle.writeFile(png)
      const image = { width, height, rgbaSha256: toHex(sha256(rgba)) }
      return { bytes: png.length, sha256: toHex(sha256(png)), image }
    },
  }
}

function tableContents(
  manifest: CompleteManifest,
  list: UnitList | undefined,
  handle: FileHandle,
): ResultContents {
  const collector = collectorOf(manifest, list)
  const { collected } = collector
  const { collect } = manifest
  if (collected.kind !== 'table' || collect.kind !== 'table')
    throw new Error('broken assumption: a table collector collects a table')
  const { table } = collected
  const { plot } = collect
  return {
    table,
    add: (unit, result) => {
      collector.add(unit, result)
    },
    write: async () => {
      const hash = sha256.create()
      let bytes = 0
      for (const text of csvOf(table)) {
        const piece = new TextEncoder().encode(text)
        await handle.writeFile(piece)
        hash.update(piece)
        bytes += piece.length
      }
      const facts = { columns: table.columns.map(({ name }) => name), rows: table.rowCount }
      return { bytes, sha256: toHex(hash.digest()), table: facts }
    },
    ...(plot && { draw: () => drawTable(table, plot, manifest.name) }),
  }
}

/** Straight to its place in the file: raw results and arrays may be larger than memory. */
function streamedContents(
  layout: UnitLayout,
  handle: FileHandle,
  header: Uint8Array,
  facts: Pick<ContentFacts, 'array'>,
): ResultContents {
  const bytes = header.length + layout.bytesTotal
  return {
    add: async (unit, result) => {
      const part = layout.partOf(unit, result)
      await handle.write(part, 0, part.length, header.length + layout.offsetOf(unit))
    },
    write: async () => {
      await handle.write(header, 0, header.length, 0)
      await handle.truncate(bytes)
      const hash = sha256.create()
      for await (const piece of handle.createReadStream({ start: 0, autoClose: false }))
        hash.update(piece as Uint8Array)
      return { bytes, sha256: toHex(hash.digest()), ...facts }
    },
  }
}
