import { open, rename, rm, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { unreachable } from '#protocol/assert.ts'
import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { UnitList } from '#protocol/unit-list.ts'
import type { Table } from '#client/sdk/collect/collected.ts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { contentsOf, type ContentFacts, type ResultContents } from '#client/command/result-contents.ts'

/** What was written. */
export type ResultFacts = ContentFacts & {
  readonly file: string
  /** The drawing of a table, beside it. */
  readonly plot?: { readonly file: string; readonly bytes: number; readonly sha256: Hex }
}

/** A result on its way to disk. Nothing is at its path before `finish`, which puts the whole file there. */
export interface ResultFile {
  add(unit: number, result: Uint8Array): Promise<void>
  finish(): Promise<ResultFacts>
  /** Leaves nothing behind. */
  discard(): Promise<void>
  /** What was collected, where that is a table. */
  readonly table?: Table | undefined
}

/** The ending a result's file has. */
export function resultEnding({ collect }: Pick<Manifest, 'collect'>): '.png' | '.npy' | '.csv' | '.bin' {
  const kind = collect?.kind ?? 'raw'
  switch (kind) {
    case 'image':
      return '.png'
    case 'array':
      return '.npy'
    case 'table':
      return '.csv'
    case 'raw':
      return '.bin'
    default:
      return unreachable(kind)
  }
}

/** The path without its ending. */
export function stemOf(path: string): string {
  return path.slice(0, path.length - extname(path).length)
}

/** Opens the file before anything is fetched, so that a folder without permission is noticed first. */
export async function openResultFile(
  manifest: CompleteManifest,
  list: UnitList | undefined,
  path: string,
): Promise<ResultFile> {
  const part = `${path}.part`
  const handle = await orOutputFailed(path, () => open(part, 'w+'))
  const discard = async () => {
    await handle.close()
    await rm(part, { force: true })
  }
  let contents: ResultContents
  try {
    contents = contentsOf(manifest, list, handle)
  } catch (error) {
    await discard()
    throw error
  }
  return {
    table: contents.table,
    add: (unit, result) => orOutputFailed(path, async () => contents.add(unit, result)),
    finish: () =>
      orOutputFailed(path, async () => {
        const facts = await contents.write()
        await handle.sync()
        await handle.close()
        const svg = await contents.draw?.()
        await rename(part, path)
        const plot = svg === undefined ? {} : { plot: await writePlot(`${stemOf(path)}.svg`, svg) }
        return { file: path, ...facts, ...plot }
      }),
    discard,
  }
}

async function writePlot(file: string, svg: string) {
  const bytes = new TextEncoder().encode(svg)
  await writeWhole(file, bytes)
  return { file, bytes: bytes.length, sha256: toHex(sha256(bytes)) }
}

/** Writes a file whole or not at all. */
export async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  await orOutputFailed(path, async () => {
    await writeFile(`${path}.part`, contents)
    await rename(`${path}.part`, path)
  })
}

/** A failure of the disk as an error that names the file. */
export async function orOutputFailed<Value>(path: string, step: () => Promise<Value>): Promise<Value> {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof MaskError) throw cause
    const next = 'Check that the folder exists, may be written to and has room; then fetch again.'
    throw new MaskError('outputFailed', `${path} cannot be written: ${messageOf(cause)}.`, {
      where: path,
      next,
      cause,
    })
  }
}
