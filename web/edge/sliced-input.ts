import type { ContentId } from '#protocol/ids.ts'
import type { StoredInput } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { piecesHolding, piecesOf } from '#protocol/pieces.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { BlobCache } from './blob-cache.ts'

/** Pieces of one slice that are fetched side by side. */
const fetchedAtOnce = 4

/** An input that is stored in pieces: only those that a unit's slice touches are fetched, each checked by its hash. */
export class SlicedInput {
  readonly #blobs: Pick<BlobCache, 'load'>
  readonly #stored: Exclude<StoredInput, string>
  #pieces: Promise<ContentId[]> | undefined

  constructor(blobs: Pick<BlobCache, 'load'>, stored: Exclude<StoredInput, string>) {
    this.#blobs = blobs
    this.#stored = stored
  }

  /**
   * The bytes `[begin, end)` of the whole input.
   *
   * @throws {Refusal} `malformed` for a span or a list of pieces that does not fit the input's size;
   * {DataUnavailableError} when a piece cannot be had.
   */
  async load(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (begin < 0 || end < begin || end > this.#stored.bytes)
      throw new Refusal(
        'malformed',
        `The input has ${this.#stored.bytes} bytes; asked for were ${begin} to ${end}.`,
      )
    const pieces = await this.#ids()
    const slice = new Uint8Array(end - begin)
    const span = piecesHolding(begin, end)
    let next = span.first
    const fetchSome = async () => {
      while (next < span.end) {
        const piece = next
        next += 1
        copyPiece(await this.#piece(pieces[piece], piece), piece * limits.pieceBytes, slice, begin)
      }
    }
    await Promise.all(Array.from({ length: fetchedAtOnce }, fetchSome))
    return slice
  }

  async #piece(id: ContentId | undefined, piece: number): Promise<Uint8Array> {
    const bytes = Math.min(limits.pieceBytes, this.#stored.bytes - piece * limits.pieceBytes)
    const found = id === undefined ? undefined : await this.#blobs.load(id)
    if (found?.length !== bytes)
      throw new Refusal('malformed', `Piece ${piece} of the input has not the ${bytes} bytes it should have.`)
    return found
  }

  async #ids(): Promise<ContentId[]> {
    this.#pieces ??= this.#blobs
      .load(this.#stored.pieces)
      .then((digests) => piecesOf(digests, this.#stored.bytes))
    try {
      return await this.#pieces
    } catch (error) {
      this.#pieces = undefined
      throw error
    }
  }
}

/** Copies what of a piece lies in the slice; `pieceBegin` and `sliceBegin` are places in the whole input. */
function copyPiece(piece: Uint8Array, pieceBegin: number, slice: Uint8Array, sliceBegin: number): void {
  const from = Math.max(0, sliceBegin - pieceBegin)
  const to = Math.min(piece.length, sliceBegin + slice.length - pieceBegin)
  slice.set(piece.subarray(from, to), pieceBegin + from - sliceBegin)
}
