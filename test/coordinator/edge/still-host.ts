import type { FromHost } from '#coordinator/edge/webrtc/host-messages.ts'

/** A host for the supervisor's tests: it has one session open as soon as it starts, and never says more. */
function report(message: FromHost): void {
  process.send?.(message)
}

process.on('message', () => undefined)
process.on('disconnect', () => process.exit(0))
report({ kind: 'ready' })
report({ kind: 'opened', session: `of-${process.pid}`, remotePeer: 'remote' })
