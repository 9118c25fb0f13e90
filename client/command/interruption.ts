import { exitCodes } from '#client/command/exit-code.ts'

/** The reason of a signal that aborted because the person pressed Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}

/** One key press may arrive twice, from the terminal and from the process that started this one. */
const repeatMs = 500

/** Aborts at the first Ctrl-C, so that the command can end well; a second one ends the process at once. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  let firstMs = Infinity
  process.on('SIGINT', () => {
    if (performance.now() - firstMs > repeatMs) process.exit(exitCodes.interrupted)
    if (controller.signal.aborted) return
    firstMs = performance.now()
    controller.abort(new Interrupted())
  })
  return controller.signal
}
