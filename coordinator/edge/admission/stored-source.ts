import { assert } from '#protocol/assert.ts'
import { concatBytes } from '#protocol/bytes.ts'
import type { ContentId } from '#protocol/ids.ts'
import type { JobSpec } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { piecesHolding, piecesOf } from '#protocol/pieces.ts'
import { Refusal } from '#protocol/refusal.ts'
import { parseUnitList, type UnitList } from '#protocol/unit-list.ts'
import type { JobSource } from '#runner/job-source.ts'
import type { Blobs } from '../blobs/blobs.ts'

/** A job's data out of the coordinator's own blobs, as the runner takes it. */
export class StoredSource implements JobSource {
  readonly key: string
  readonly manifest: JobSpec['manifest']
  readonly wgsl: string
  readonly #spec: JobSpec
  readonly #blobs: Pick<Blobs, 'get'>

  constructor(spec: JobSpec, wgsl: string, blobs: Pick<Blobs, 'get'>, key = 'job') {
    this.key = key
    this.manifest = spec.manifest
    this.wgsl = wgsl
    this.#spec = spec
    this.#blobs = blobs
  }

  async loadInput(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const stored = this.#inputNamed(name)
    return typeof stored === 'string' ? this.#get(stored) : this.loadSlice(name, 0, stored.bytes)
  }

  async loadSlice(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const stored = this.#inputNamed(name)
    if (typeof stored === 'string') return (await this.#get(stored)).slice(begin, end)
    const cids = piecesOf(await this.#get(stored.pieces), stored.bytes)
    const held = piecesHolding(begin, end)
    const pieces: Uint8Array[] = []
    for (const cid of cids.slice(held.first, held.end)) pieces.push(await this.#get(cid))
    const first = held.first * limits.pieceBytes
    return concatBytes(...pieces).slice(begin - first, end - first)
  }

  async loadList(): Promise<UnitList> {
    const { list, manifest } = this.#spec
    assert(list !== undefined && 'list' in manifest.units, 'a list is asked for only where there is one')
    return parseUnitList(await this.#get(list), manifest.units.list)
  }

  /** Sizes of all inputs in bytes, by name. */
  async inputBytes(): Promise<Map<string, number>> {
    const sizes = new Map<string, number>()
    for (const [name, stored] of Object.entries(this.#spec.inputs))
      sizes.set(name, typeof stored === 'string' ? (await this.#get(stored)).length : stored.bytes)
    return sizes
  }

  #inputNamed(name: string) {
    const stored = Object.hasOwn(this.#spec.inputs, name) ? this.#spec.inputs[name] : undefined
    assert(stored !== undefined, 'a decoded spec has a blob for each input')
    return stored
  }

  async #get(cid: ContentId): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#blobs.get(cid)
    if (bytes) return bytes
    throw new Refusal('blobMissing', `The blob ${cid} is not stored here any more.`, {
      where: cid,
      next: 'Store it with PUT /api/v1/blobs/{cid} first.',
    })
  }
}
