import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'fast-png'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { collectorOf, rawOffsetsOf } from '#client/sdk/collect.ts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'

/** What was written. */
export interface ResultFacts {
  readonly file: string
  readonly bytes: number
  readonly sha256: Hex
  /** Images only; the digest of the 8-bit RGBA pixels does not depend on how the PNG was compressed. */
  readonly image?: { readonly width: number; readonly height: number; readonly rgbaSha256: Hex }
}

/** A result on its way to disk. Nothing is at `path` before `finish`, which puts the whole file there. */
export interface ResultFile {
  add(unit: number, bytes: Uint8Array): Promise<void>
  finish(): Promise<ResultFacts>
  /** Leaves nothing behind. */
  discard(): Promise<void>
}

/** The ending a result's file has. */
export function resultEnding(manifest: Manifest): '.png' | '.bin' {
  return manifest.collect.kind === 'image' ? '.png' : '.bin'
}

/** Opens the file before anything is fetched, so that a folder without permission is noticed first. */
export async function openResultFile(manifest: Manifest, path: string): Promise<ResultFile> {
  const part = `${path}.part`
  const handle = await orOutputFailed(path, () => open(part, 'w+'))
  const contents = manifest.collect.kind === 'image' ? imageContents(manifest) : rawContents(manifest, handle)
  return {
    add: (unit, bytes) => orOutputFailed(path, async () => contents.add(unit, bytes)),
    finish: () =>
      orOutputFailed(path, async () => {
        const facts = await contents.write(handle)
        await handle.sync()
        await handle.close()
        await rename(part, path)
        return { file: path, ...facts }
      }),
    discard: async () => {
      await handle.close()
      await rm(part, { force: true })
    },
  }
}

interface Contents {
  add(unit: number, bytes: Uint8Array): Promise<void> | void
  write(handle: FileHandle): Promise<Omit<ResultFacts, 'file'>>
}

function imageContents(manifest: Manifest): Contents {
  const collector = collectorOf(manifest)
  const { collected } = collector
  if (collected.kind !== 'image') throw new Error('broken assumption: an image collector collects an image')
  const { width, height, rgba } = collected
  return {
    add: (unit, bytes) => {
      collector.add(unit, bytes)
    },
    write: async (handle) => {
      const png = encode({ width, height, data: rgba, channels: 4, depth: 8 })
      await handle.writeFile(png)
      const image = { width, height, rgbaSha256: toHex(sha256(rgba)) }
      return { bytes: png.length, sha256: toHex(sha256(png)), image }
    },
  }
}

/** Straight to its place in the file: raw results may be larger than memory. */
function rawContents(manifest: Manifest, handle: FileHandle): Contents {
  const offsets = rawOffsetsOf(manifest)
  const bytesTotal = offsets.at(-1) ?? 0
  return {
    add: async (unit, bytes) => {
      await handle.write(bytes, 0, bytes.length, offsets[unit])
    },
    write: async () => {
      await handle.truncate(bytesTotal)
      const hash = sha256.create()
      for await (const piece of handle.createReadStream({ start: 0, autoClose: false }))
        hash.update(piece as Uint8Array)
      return { bytes: bytesTotal, sha256: toHex(hash.digest()) }
    },
  }
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
