import { encodeFrames, FrameReader } from '#protocol/frames.ts'
import { parseFromCoordinator, type FromCoordinator, type FromProvider } from '#protocol/messages.ts'
import { channelLink, lowWaterBytes, portLink, type LinkListener, type MessageLink } from './message-link.ts'

export interface ConversationListener {
  onOpen(): void
  /** `payload`: the bytes that came with it. */
  onMessage(message: FromCoordinator, payload: Uint8Array<ArrayBuffer>): void
  /** The link is gone, or what came over it was no message. Called at most once, and not after `finish`. */
  onLost(): void
}

/** What a closing link is given to send what it holds and to say goodbye. */
const finishMsMax = 1_000

/** Messages over one link, from its making to its end. */
export class Conversation {
  readonly #listener: ConversationListener
  readonly #link: MessageLink
  readonly #reader = new FrameReader()
  readonly #waiting: Uint8Array<ArrayBuffer>[] = []
  readonly #closed = Promise.withResolvers<undefined>()
  #ended = false
  #finishing = false

  constructor(carrier: RTCDataChannel | MessagePort, listener: ConversationListener) {
    this.#listener = listener
    const linkListener: LinkListener = {
      onOpen: () => {
        if (!this.#ended) listener.onOpen()
      },
      onFrame: (frame) => {
        this.#read(frame)
      },
      onDrain: () => {
        this.#pump()
      },
      onClose: () => {
        this.#closed.resolve(undefined)
        this.#lose()
      },
    }
    this.#link =
      carrier instanceof MessagePort ? portLink(carrier, linkListener) : channelLink(carrier, linkListener)
  }

  /** @throws {Refusal} `tooLarge` */
  send(header: FromProvider, payload?: Uint8Array): void {
    this.#waiting.push(...encodeFrames(header, payload))
    this.#pump()
  }

  /** Sends what is waiting, closes, and settles when the other side has seen it or time is up. Nothing is heard any more. */
  async finish(): Promise<void> {
    if (this.#finishing) return
    this.#ended = true
    this.#finishing = true
    this.#pump()
    const alarm = setTimeout(() => {
      this.#closed.resolve(undefined)
    }, finishMsMax)
    await this.#closed.promise
    clearTimeout(alarm)
    this.#link.close()
  }

  #read(frame: Uint8Array): void {
    if (this.#ended) return
    let message: FromCoordinator
    let payload: Uint8Array<ArrayBuffer>
    try {
      const whole = this.#reader.push(frame)
      if (!whole) return
      message = parseFromCoordinator(whole.header)
      // It may begin anywhere in the message's bytes, and numbers are read from it in words.
      payload = new Uint8Array(whole.payload)
    } catch {
      // A coordinator that cannot be understood is one that cannot be spoken with: the session tries again later.
      this.#link.close()
      this.#lose()
      return
    }
    this.#listener.onMessage(message, payload)
  }

  #pump(): void {
    try {
      while (this.#link.bufferedAmount <= lowWaterBytes) {
        const frame = this.#waiting.shift()
        if (!frame) break
        this.#link.send(frame)
      }
      if (this.#finishing && this.#waiting.length === 0) this.#link.close()
    } catch {
      // A channel that has closed without a word throws on the next send.
      this.#closed.resolve(undefined)
      this.#lose()
    }
  }

  #lose(): void {
    if (this.#ended) return
    this.#ended = true
    // Not from within `send`: whoever is sending is in the middle of a step.
    queueMicrotask(() => {
      this.#listener.onLost()
    })
  }
}
