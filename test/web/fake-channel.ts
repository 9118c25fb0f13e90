/** The part of `RTCDataChannel` that links use, as a pair over nothing. Delivers in order, a little at a time. */
export class FakeChannel {
  binaryType = 'blob'
  bufferedAmountLowThreshold = 0
  bufferedAmount = 0
  bufferedAmountMax = 0
  readyState: 'connecting' | 'open' | 'closed' = 'connecting'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onbufferedamountlow: (() => void) | null = null
  onclose: (() => void) | null = null
  readonly #outbox: Uint8Array<ArrayBuffer>[] = []
  #other: FakeChannel | undefined

  static pair(): [FakeChannel, FakeChannel] {
    const [left, right] = [new FakeChannel(), new FakeChannel()]
    left.#other = right
    right.#other = left
    return [left, right]
  }

  open(): void {
    this.readyState = 'open'
    this.onopen?.()
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 'open') throw new Error('the channel is not open')
    this.#outbox.push(frame.slice())
    this.bufferedAmount += frame.length
    this.bufferedAmountMax = Math.max(this.bufferedAmountMax, this.bufferedAmount)
    setTimeout(() => {
      this.#deliver()
    })
  }

  /** Ends both sides, once everything sent has arrived. */
  close(): void {
    if (this.#outbox.length > 0)
      setTimeout(() => {
        this.close()
      })
    else this.#end()
  }

  /** Ends both sides and loses what is under way. */
  cut(): void {
    this.#outbox.length = 0
    this.#end()
  }

  #end(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.onclose?.()
    this.#other?.cut()
  }

  #deliver(): void {
    const frame = this.#outbox.shift()
    if (!frame) return
    const before = this.bufferedAmount
    this.bufferedAmount -= frame.length
    this.#other?.onmessage?.({ data: frame.buffer })
    if (before > this.bufferedAmountLowThreshold && this.bufferedAmount <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.()
  }
}
