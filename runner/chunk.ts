import { encodeTile, tileStrideBytes, type Tile } from '#protocol/wgsl/tile.ts'
import type { ReadyPipeline } from './pipelines.ts'
import type { ResultFill } from './poison.ts'
import { stagingBytesUsual } from './staging.ts'
import type { BoundSlot, Grid, IndirectGrid } from './walk-steps.ts'

/** What one submit does, in order. */
export type ChunkItem =
  | {
      readonly kind: 'dispatch'
      readonly ready: ReadyPipeline
      readonly bound: readonly BoundSlot[]
      readonly counts: Grid | IndirectGrid
      /** Where the tile lies in the staging buffer. */
      readonly tileOffset: number | undefined
    }
  | { readonly kind: 'uniform'; readonly name: string; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly bytes: number | undefined }
  | { readonly kind: 'clear'; readonly name: string }
  /** Gives the unit's buffers and textures their first contents. */
  | { readonly kind: 'begin'; readonly resultFill: ResultFill | undefined }
  /** Copies the results to where they can be read. */
  | { readonly kind: 'finish' }

/** How much of a kernel a chunk holds, and how much of it was thought to make a whole one. */
export interface ChunkShare {
  workgroups: number
  readonly room: number
}

const itemsMax = 2048

/** The steps of one submit, gathered until they are thought to take as long as one should. */
export class Chunk {
  readonly items: ChunkItem[] = []
  readonly shares = new Map<string, ChunkShare>()
  /** The share of a submit's time that is taken; 1 is full. */
  load = 0
  readonly #staged: { readonly offset: number; readonly bytes: Uint8Array }[] = []
  #stagedBytes = 0

  get empty(): boolean {
    return this.items.length === 0
  }

  get full(): boolean {
    return this.load >= 1 || this.items.length >= itemsMax || this.#stagedBytes >= stagingBytesUsual
  }

  add(item: ChunkItem): void {
    this.items.push(item)
  }

  addUniform(name: string, bytes: Uint8Array): void {
    this.items.push({ kind: 'uniform', name, bytes: bytes.length, offset: this.#stage(bytes, 4) })
  }

  addDispatch(dispatch: DispatchItem, work: { kernelKey: string; workgroups: number; room: number }): void {
    const { tile, ...item } = dispatch
    const tileOffset = tile && this.#stage(encodeTile(tile), tileStrideBytes)
    this.items.push({ kind: 'dispatch', ...item, tileOffset })
    const { kernelKey, workgroups, room } = work
    const share = this.shares.get(kernelKey) ?? { workgroups: 0, room }
    share.workgroups += workgroups
    this.shares.set(kernelKey, share)
    this.load += workgroups / room
  }

  /** All staged values, each at its offset. */
  stagedBytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(Math.ceil(this.#stagedBytes / 4) * 4)
    for (const { offset, bytes } of this.#staged) all.set(bytes, offset)
    return all
  }

  #stage(bytes: Uint8Array, alignment: number): number {
    const offset = Math.ceil(this.#stagedBytes / alignment) * alignment
    this.#staged.push({ offset, bytes })
    this.#stagedBytes = offset + bytes.length
    return offset
  }
}

export interface DispatchItem {
  readonly ready: ReadyPipeline
  readonly bound: readonly BoundSlot[]
  readonly counts: Grid | IndirectGrid
  readonly tile: Tile | undefined
}
