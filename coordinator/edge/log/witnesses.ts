import { assert } from '#protocol/assert.ts'
import { cosignedAt } from '#protocol/log/cosignature.ts'
import { nodesOf, rangeHashOf, type TreeHead } from '#protocol/log/merkle.ts'
import { parseSignature, type Note, type NoteSignature, type VerifierKey } from '#protocol/log/note.ts'
import { consistencyRanges } from '#protocol/log/proofs.ts'
import { nodesInTiles, tileOfNode, tilePathOf } from '#protocol/log/tiles.ts'
import { formatAddCheckpoint } from '#protocol/log/witness.ts'
import type { LogFiles } from './log-files.ts'

/** A witness of the log: where its C2SP tlog-witness interface is, and the key that its cosignatures are checked with. */
export interface WitnessPlace {
  readonly url: string
  readonly key: VerifierKey
}

const answerMsMax = 5_000

/** Asks one witness for its cosignature on a head. */
export class WitnessClient {
  readonly #place: WitnessPlace
  readonly #files: Pick<LogFiles, 'get'>
  /** The size of the last head that it has cosigned, as far as we know. */
  #lastSize = 0

  constructor(place: WitnessPlace, files: Pick<LogFiles, 'get'>) {
    this.#place = place
    this.#files = files
  }

  /** The cosignature, checked. @throws {Error} when the witness does not answer, or not with one */
  async cosign(head: TreeHead, note: Note): Promise<NoteSignature> {
    let answer = await this.#ask(head, note)
    // It says where it stands, as after a start of ours.
    if (answer.status === 409) {
      const size = Number((await answer.text()).trim())
      if (!Number.isSafeInteger(size) || size === this.#lastSize || size > head.size)
        throw new Error(
          `the witness ${this.#place.key.name} has seen ${size} entries, and refuses ${head.size}`,
        )
      this.#lastSize = size
      answer = await this.#ask(head, note)
    }
    const body = await answer.text()
    if (answer.status !== 200)
      throw new Error(
        `the witness ${this.#place.key.name} refuses: ${answer.status} ${body.trim().slice(0, 200)}`,
      )
    for (const line of body.split('\n').filter((one) => one !== '')) {
      const signature = parseSignature(line)
      if (cosignedAt(this.#place.key, { text: note.text, signatures: [signature] }) === undefined) continue
      this.#lastSize = head.size
      return signature
    }
    throw new Error(`the witness ${this.#place.key.name} answered without its cosignature`)
  }

  async #ask(head: TreeHead, note: Note): Promise<Response> {
    const proof = await this.#proofFrom(this.#lastSize, head.size)
    return fetch(`${this.#place.url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: formatAddCheckpoint({ oldSize: this.#lastSize, proof, note }),
      signal: AbortSignal.timeout(answerMsMax),
    })
  }

  async #proofFrom(oldSize: number, size: number): Promise<Uint8Array[]> {
    const ranges = consistencyRanges(oldSize, size)
    const tiles = new Map<string, Uint8Array>()
    for (const node of ranges.flatMap(nodesOf)) {
      const tile = tileOfNode(node, size)
      const bytes = await this.#files.get(tilePathOf(tile))
      assert(bytes, 'the tiles of a published head are there')
      tiles.set(`${tile.level}/${tile.index}`, bytes)
    }
    const read = nodesInTiles((level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array())
    return ranges.map((range) => rangeHashOf(range, read))
  }
}
