import type { FromHost, ToHost } from '#coordinator/edge/webrtc/host-messages.ts'

/** A host for the supervisor's tests: its one session says back whatever it is sent. */
function report(message: FromHost): void {
  process.send?.(message)
}

process.on('message', (order) => {
  const message = order as ToHost
  if (message.kind !== 'send') return
  for (const frame of message.frames) report({ kind: 'frame', session: message.session, frame })
})
process.on('disconnect', () => process.exit(0))
report({ kind: 'ready' })
report({ kind: 'opened', session: 'echo', remotePeer: 'provider-1' })
