import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { exitCodes } from '#client/command/exit-code.ts'

const program = join(import.meta.dirname, '..', '..', 'coordinator', 'main.ts')

/**
 * `mask dev`: a coordinator with a chain of its own, as a child that shares this terminal. It reads the flags, says
 * where its page is, and its exit code is the command's.
 */
export function dev(flags: readonly string[]): Promise<number> {
  if (!existsSync(program))
    throw new MaskError('coordinatorFailed', 'The coordinator is not here.', {
      where: program,
      next: 'Run mask from a clone of the repository.',
    })
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit' })
  // From a terminal Ctrl-C reaches the child by itself, and a second signal would cut its orderly end short. This
  // process only has to outlive it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const message = `The coordinator does not start: ${messageOf(cause)}.`
      reject(new MaskError('coordinatorFailed', message, { next: 'Check the Node of this machine.', cause }))
    })
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.failure))
    })
  })
}
