import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import { exitCodes } from '#client/command/exit-code.ts'
import { defaultUrl } from '#client/command/submit.ts'
import type { Terminal } from '#client/command/terminal.ts'

const program = join(import.meta.dirname, '..', '..', 'coordinator', 'main.ts')
const askEveryMs = 300

/** `mask dev`: a coordinator on this machine, as a child that shares this terminal. Flags go to it unread. */
export async function dev(terminal: Terminal, flags: readonly string[]): Promise<number> {
  if (!existsSync(program))
    throw new MaskError('coordinatorFailed', 'The coordinator is not here.', {
      where: program,
      next: 'Run mask from a clone of the repository.',
    })
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit' })
  // A Ctrl-C reaches the coordinator by the terminal. This process only has to outlive it.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))

  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => {
      const next = 'Check the Node of this machine.'
      reject(
        new MaskError('coordinatorFailed', `The coordinator does not start: ${messageOf(cause)}.`, {
          next,
          cause,
        }),
      )
    })
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.failure))
    })
  })
  const stop = new AbortController()
  const greeting = greet(terminal, urlOf(flags), stop.signal)
  try {
    return await ended
  } finally {
    stop.abort()
    await greeting
  }
}

/** Says where the page is as soon as it is there. */
async function greet(terminal: Terminal, url: string, signal: AbortSignal): Promise<void> {
  const mask = new MaskClient({ baseUrl: url })
  while (!signal.aborted) {
    // Until it is up every try fails; if it never comes up, its own words say why.
    const network = await mask.network({ signal }).catch(() => undefined)
    if (network) {
      terminal.note(`MASK is up. Lend this machine's GPU at ${url}`, terminal.colours.green)
      terminal.note('Then, in another terminal: mask run shaders/path-tracer --out bunny.png')
      return
    }
    await new Promise((resolve) => setTimeout(resolve, askEveryMs))
  }
}

/** The address that follows from the coordinator's own flags. */
function urlOf(flags: readonly string[]): string {
  const at = flags.findIndex((flag) => flag === '--port' || flag.startsWith('--port='))
  const port = flags[at]?.split('=')[1] ?? flags[at + 1]
  return at < 0 || port === undefined ? defaultUrl : `http://127.0.0.1:${port}`
}
