import { channelLink, lowWaterBytes, type ToPage, type ToWorker } from './message-link.ts'

/** The page's side of `portLink`: carries frames between a data channel and a worker's port. */
export function bridgeChannel(channel: RTCDataChannel, port: MessagePort): void {
  const waiting: Uint8Array<ArrayBuffer>[] = []
  let closing = false
  const post = (message: ToWorker, transfer: Transferable[] = []) => {
    port.postMessage(message, transfer)
  }
  const link = channelLink(channel, {
    onOpen: () => {
      post({ kind: 'opened' })
    },
    onFrame: (frame) => {
      post({ kind: 'frame', frame }, [frame.buffer])
    },
    onDrain: pump,
    onClose: () => {
      post({ kind: 'closed' })
      port.close()
    },
  })
  port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    if (data.kind === 'frame') waiting.push(data.frame)
    else closing = true
    pump()
  }

  function pump(): void {
    while (channel.readyState === 'open' && link.bufferedAmount <= lowWaterBytes) {
      const frame = waiting.shift()
      if (!frame) break
      link.send(frame)
      post({ kind: 'drained', bytes: frame.length })
    }
    if (closing && waiting.length === 0) link.close()
  }
}
