/**
 * A worker's way to the coordinator: frames in order, each one whole.
 * Duties: `onFrame` is called for every frame that arrives after the link was made, none is lost before `onOpen`;
 * `onClose` is called once, whoever closes; after `close` nothing more is sent, but what was sent before still goes out.
 */
export interface MessageLink {
  send(frame: Uint8Array<ArrayBuffer>): void
  /** Bytes given to `send` that have not left yet. */
  readonly bufferedAmount: number
  close(): void
}

export interface LinkListener {
  onOpen(): void
  onFrame(frame: Uint8Array<ArrayBuffer>): void
  /** `bufferedAmount` has fallen below `lowWaterBytes`. */
  onDrain(): void
  onClose(): void
}

/** Below this, more is handed over: enough to keep a fast link busy, little enough not to overrun its queue. */
export const lowWaterBytes = 256 * 1024

/** Over a data channel that was transferred into this thread. */
export function channelLink(channel: RTCDataChannel, listener: LinkListener): MessageLink {
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = lowWaterBytes
  channel.onopen = () => {
    listener.onOpen()
  }
  channel.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) listener.onFrame(new Uint8Array(data))
  }
  channel.onbufferedamountlow = () => {
    listener.onDrain()
  }
  channel.onclose = () => {
    listener.onClose()
  }
  // It may have opened while it was on its way.
  if (channel.readyState === 'open')
    queueMicrotask(() => {
      listener.onOpen()
    })
  return {
    send: (frame) => {
      channel.send(frame)
    },
    get bufferedAmount() {
      return channel.bufferedAmount
    },
    close: () => {
      channel.close()
    },
  }
}

/** What travels between a worker and the page that holds its data channel, where channels cannot be transferred. */
export type ToPage =
  { readonly kind: 'frame'; readonly frame: Uint8Array<ArrayBuffer> } | { readonly kind: 'close' }
export type ToWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'frame'; readonly frame: Uint8Array<ArrayBuffer> }
  /** So many bytes have left. */
  | { readonly kind: 'drained'; readonly bytes: number }
  | { readonly kind: 'closed' }

/** Over a port to the page; its other end is `bridgeChannel`. */
export function portLink(port: MessagePort, listener: LinkListener): MessageLink {
  let bufferedAmount = 0
  const post = (message: ToPage, transfer: Transferable[] = []) => {
    port.postMessage(message, transfer)
  }
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    switch (data.kind) {
      case 'opened':
        listener.onOpen()
        return
      case 'frame':
        listener.onFrame(data.frame)
        return
      case 'drained':
        bufferedAmount -= data.bytes
        if (bufferedAmount <= lowWaterBytes) listener.onDrain()
        return
      case 'closed':
        port.close()
        listener.onClose()
    }
  }
  return {
    send: (frame) => {
      bufferedAmount += frame.length
      post({ kind: 'frame', frame }, [frame.buffer])
    },
    get bufferedAmount() {
      return bufferedAmount
    },
    close: () => {
      post({ kind: 'close' })
    },
  }
}
