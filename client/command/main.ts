import { CommanderError } from 'commander'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { faultLines } from '#client/command/code-frame.ts'
import { exitCodeOf, exitCodes } from '#client/command/exit-code.ts'
import { Interrupted } from '#client/command/interruption.ts'
import { buildProgram } from '#client/command/program.ts'
import { Terminal, toJson } from '#client/command/terminal.ts'

const terminal = new Terminal(process)
const program = buildProgram(terminal, process.env, (exitCode) => {
  process.exitCode = exitCode
})
// A reader that has seen enough (`mask watch … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure)
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Says what went wrong, where, and what to do next; returns the exit code. */
function report(error: unknown): number {
  // Commander has already said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof Interrupted) return exitCodes.interrupted
  const { code, where, next, faults } =
    error instanceof MaskError ? error : new MaskError('internal', messageOf(error), { cause: error })
  if (process.argv.includes('--json')) {
    const places = faults.length > 0 ? { faults } : {}
    terminal.note(toJson({ error: { code, message: messageOf(error), where, next, ...places } }))
    return exitCodeOf(code)
  }
  // Each fault says what and where it is.
  const kernelInvalid = code !== 'mergeFailed' && faults.length > 0
  const sources = [...new Set(faults.map(({ file }) => file))].join(', ')
  terminal.note(
    `mask: ${kernelInvalid ? `${sources} ${code === 'kernelInvalid' ? 'is not valid' : 'cannot be run everywhere'}.` : messageOf(error)}`,
    terminal.colours.red,
  )
  if (where !== undefined && !kernelInvalid) terminal.note(`  where: ${where}`)
  for (const line of faultLines(faults)) terminal.note(line)
  if (next !== undefined) terminal.note(`  next:  ${next}`)
  if (process.env['MASK_DEBUG'] && error instanceof Error) terminal.note(error.stack ?? '')
  return exitCodeOf(code)
}
