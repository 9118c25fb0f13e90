import { MaskError } from '#client/sdk/mask-error.ts'
import { tilePathOf, tileWidth, type Tile } from '#protocol/log/tiles.ts'

/** A log's files, wherever they lie. */
export interface LogSource {
  /** The log's current checkpoint, as it is served. */
  checkpoint(): Promise<string>
  /** The log's own word for its key: good enough for who has seen the log before, or nothing of it. */
  key(): Promise<string>
  /** A tile's bytes, of at least the width that is asked for. @throws {MaskError} where it is not there */
  tile(tile: Tile): Promise<Uint8Array>
}

const answerMsMax = 30_000

/** A log under an HTTP address, by C2SP tlog-tiles. */
export class HttpLogSource implements LogSource {
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix.replace(/\/+$/, '')
  }

  async checkpoint(): Promise<string> {
    return new TextDecoder().decode(await this.#get('checkpoint'))
  }

  async key(): Promise<string> {
    return new TextDecoder().decode(await this.#get('key')).trim()
  }

  async tile(tile: Tile): Promise<Uint8Array> {
    try {
      return await this.#get(tilePathOf(tile))
    } catch (error) {
      // A partial tile may be gone once the full one is there.
      if (tile.width === tileWidth || !(error instanceof MaskError) || error.code !== 'notFound') throw error
      return this.#get(tilePathOf({ ...tile, width: tileWidth }))
    }
  }

  async #get(path: string): Promise<Uint8Array> {
    const where = `${this.#prefix}/${path}`
    let response: Response
    let body: Uint8Array
    try {
      response = await fetch(where, { signal: AbortSignal.timeout(answerMsMax) })
      body = new Uint8Array(await response.arrayBuffer())
    } catch (cause) {
      throw new MaskError('unreachable', `The log does not answer.`, {
        where,
        next: 'Check the address, or try again later.',
        retryable: true,
        cause,
      })
    }
    if (response.ok) return body
    throw new MaskError(
      response.status === 404 ? 'notFound' : 'answerBroken',
      `The log answers ${response.status}.`,
      { where, next: 'A log must serve every file of its checkpoint.' },
    )
  }
}
